-- What a user changed of the predefined push rules, and the user's own, as JSON.
CREATE TABLE push_choices (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    choices        TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Where a user's pushes go; pusher is the JSON that the client gave.
CREATE TABLE push_pushers (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    app_id         TEXT    NOT NULL,
    pushkey        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    pusher         TEXT    NOT NULL,
    since_ts       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, app_id, pushkey)
) WITHOUT ROWID;
CREATE INDEX push_pushers_key ON push_pushers (institution_id, app_id, pushkey);
