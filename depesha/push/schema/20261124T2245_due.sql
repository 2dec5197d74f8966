-- Notifications that a gateway has not taken yet: of which event (by position), since when.
CREATE TABLE push_due (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    app_id         TEXT    NOT NULL,
    pushkey        TEXT    NOT NULL,
    event_position INTEGER NOT NULL,
    since_ts       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, app_id, pushkey, event_position)
) WITHOUT ROWID;
