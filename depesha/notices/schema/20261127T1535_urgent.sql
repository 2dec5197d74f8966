-- Who has acknowledged an urgent message, and when (ms).
CREATE TABLE notices_acks (
    institution_id INTEGER NOT NULL,
    event_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, event_id, user_id)
) WITHOUT ROWID;

-- Which deputies were told of an urgent message in the place of whom. notice_id is the event that
-- told them.
CREATE TABLE notices_substituted (
    institution_id INTEGER NOT NULL,
    event_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    deputy         TEXT    NOT NULL,
    notice_id      TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, event_id, user_id, deputy)
) WITHOUT ROWID;
