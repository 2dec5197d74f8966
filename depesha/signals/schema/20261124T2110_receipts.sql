-- The last receipt of each kind. thread_id is empty for an unthreaded one, else "main" or a root.
-- read_order is the room order of the event that was read up to.
CREATE TABLE signals_receipts (
    institution_id INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    thread_id      TEXT    NOT NULL,
    event_id       TEXT    NOT NULL,
    read_order     INTEGER NOT NULL,
    ts             INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_id, user_id, type, thread_id)
) WITHOUT ROWID;
CREATE INDEX signals_receipts_position
    ON signals_receipts (institution_id, room_id, position);
