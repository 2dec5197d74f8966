-- Messages that stick (MSC4354), until their time is over.
CREATE TABLE timeline_sticky (
    institution_id INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    sender         TEXT    NOT NULL,
    until_ts       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_id, position)
) WITHOUT ROWID;
CREATE INDEX timeline_sticky_until ON timeline_sticky (institution_id, until_ts);
