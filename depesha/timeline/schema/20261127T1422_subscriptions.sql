-- Threads that people follow, and those that they followed once: the last change of each.
CREATE TABLE timeline_subscriptions (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    root_id        TEXT    NOT NULL,
    is_subscribed  INTEGER NOT NULL,
    is_automatic   INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_id, root_id)
) WITHOUT ROWID;
CREATE INDEX timeline_subscriptions_last
    ON timeline_subscriptions (institution_id, user_id, position);
CREATE INDEX timeline_subscriptions_root
    ON timeline_subscriptions (institution_id, root_id);
