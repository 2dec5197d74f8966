CREATE TABLE eventlog_heads (
    institution_id INTEGER PRIMARY KEY,
    position       INTEGER NOT NULL
);

-- Each start of a server on this log. A token is valid when its run is known here
-- and its position is not beyond the next run's start.
CREATE TABLE eventlog_runs (
    institution_id INTEGER NOT NULL,
    run_id         TEXT    NOT NULL,
    start_position INTEGER NOT NULL,
    PRIMARY KEY (institution_id, run_id)
);

-- Durable changes that are not room events: what changed, and whom it concerns.
CREATE TABLE eventlog_changes (
    institution_id INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    reach          INTEGER NOT NULL,
    room_id        TEXT,
    user_id        TEXT,
    item           TEXT    NOT NULL,
    PRIMARY KEY (institution_id, position)
) WITHOUT ROWID;

-- room_nid is the position at which the room became known.
CREATE TABLE eventlog_rooms (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    version        TEXT    NOT NULL,
    state_complete INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_nid)
) WITHOUT ROWID;
CREATE UNIQUE INDEX eventlog_rooms_id ON eventlog_rooms (institution_id, room_id);

-- status: 0 accepted, 1 soft-failed, 2 rejected, 3 outlier, 4 withheld.
-- room_order places the event in its timeline; null when it has no place there.
-- state_id is the state after the event: the position of the last state event before or at
-- it while the room's history is a line; null while the state is partial.
-- replaces is the position of the state event that this one took the place of.
CREATE TABLE events (
    institution_id   INTEGER NOT NULL,
    position         INTEGER NOT NULL,
    event_id         TEXT    NOT NULL,
    room_nid         INTEGER NOT NULL,
    room_order       INTEGER,
    status           INTEGER NOT NULL,
    state_id         INTEGER,
    type             TEXT    NOT NULL,
    state_key        TEXT,
    sender           TEXT    NOT NULL,
    origin_server_ts INTEGER NOT NULL,
    replaces         INTEGER,
    redacted_by      INTEGER,
    sent_by          TEXT,
    txn_key          INTEGER,
    PRIMARY KEY (institution_id, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX events_id ON events (institution_id, event_id);
CREATE INDEX events_timeline ON events (institution_id, room_nid, room_order);
CREATE INDEX events_state ON events (institution_id, room_nid, type, state_key, room_order)
    WHERE state_key IS NOT NULL;
CREATE INDEX events_txn ON events (institution_id, txn_key) WHERE txn_key IS NOT NULL;

CREATE TABLE event_bodies (
    institution_id INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    key_id         INTEGER,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, position)
) WITHOUT ROWID;

-- Forward extremities of the rooms whose history is not a line.
CREATE TABLE eventlog_extremities (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    event_id       TEXT    NOT NULL,
    PRIMARY KEY (institution_id, room_nid, event_id)
) WITHOUT ROWID;

CREATE TABLE eventlog_state (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    type           TEXT    NOT NULL,
    state_key      TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_nid, type, state_key)
) WITHOUT ROWID;

-- Rooms of local users. since_position: when the present membership began.
CREATE TABLE eventlog_members (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    room_nid       INTEGER NOT NULL,
    membership     TEXT    NOT NULL,
    sender         TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    since_position INTEGER NOT NULL,
    forgotten      INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_id)
) WITHOUT ROWID;
