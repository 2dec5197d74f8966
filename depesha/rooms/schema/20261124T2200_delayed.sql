-- Events that are to be sent later. state_key is null for messages; content and error are JSON.
-- Once sent, cancelled or failed they stay for a while, with finalised_ts.
CREATE TABLE rooms_delayed (
    institution_id INTEGER NOT NULL,
    delay_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    state_key      TEXT,
    content        TEXT    NOT NULL,
    txn_id         TEXT    NOT NULL,
    delay_ms       INTEGER NOT NULL,
    since_ts       INTEGER NOT NULL,
    due_ts         INTEGER NOT NULL,
    finalised_ts   INTEGER,
    event_id       TEXT,
    error          TEXT,
    PRIMARY KEY (institution_id, delay_id)
) WITHOUT ROWID;
CREATE INDEX rooms_delayed_due ON rooms_delayed (institution_id, due_ts)
    WHERE finalised_ts IS NULL;
CREATE INDEX rooms_delayed_state ON rooms_delayed (institution_id, room_id, type, state_key)
    WHERE finalised_ts IS NULL;
CREATE INDEX rooms_delayed_user ON rooms_delayed (institution_id, user_id, txn_id);
CREATE INDEX rooms_delayed_finalised ON rooms_delayed (institution_id, finalised_ts);

-- Accounts that have ended and are yet to leave their rooms.
CREATE TABLE rooms_leaving (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;
