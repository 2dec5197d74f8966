-- Urgent messages by room, to be found by those who have not acknowledged them.
CREATE TABLE notices_urgent (
    institution_id INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    event_id       TEXT    NOT NULL,
    sender         TEXT    NOT NULL,
    PRIMARY KEY (institution_id, room_id, position)
) WITHOUT ROWID;
-- In whose name an official notice speaks; empty: the server's alone.
ALTER TABLE notices_official ADD COLUMN signed TEXT NOT NULL DEFAULT '';
