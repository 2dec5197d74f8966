-- Rooms as retention needs them: their kind, who made them, what the room itself has asked for
-- (null: nothing), the room order up to which everything over its time is erased, and the time (ms)
-- before which nothing is left, with the position at which that was last told.
CREATE TABLE duty_rooms (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    creator        TEXT    NOT NULL,
    wanted_ms      INTEGER,
    erased_order   INTEGER NOT NULL,
    erased_ts      INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_nid)
) WITHOUT ROWID;
CREATE INDEX duty_rooms_told ON duty_rooms (institution_id, position);
INSERT INTO duty_rooms (institution_id, room_nid, room_id, kind, creator, wanted_ms, erased_order,
    erased_ts, position)
    SELECT institution_id, room_nid, room_id, 'basic', '', NULL, 0, 0, 0 FROM eventlog_rooms;

-- How long what is said is kept, for rooms of a kind in a unit (0: the institution). Null is for ever:
-- least_ms is the shortest time that a room may ask for, null where it has no say.
CREATE TABLE duty_policies (
    institution_id INTEGER NOT NULL,
    unit_id        INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    messages_ms    INTEGER,
    files_ms       INTEGER,
    least_ms       INTEGER,
    PRIMARY KEY (institution_id, unit_id, kind)
) WITHOUT ROWID;

-- Files that events name in clear.
CREATE TABLE duty_files (
    institution_id INTEGER NOT NULL,
    media_id       TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    ts             INTEGER NOT NULL,
    is_state       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, media_id, position)
) WITHOUT ROWID;
CREATE INDEX duty_files_event ON duty_files (institution_id, position);
CREATE INDEX duty_files_room ON duty_files (institution_id, room_nid, ts);

-- Holds: nothing of the target is destroyed. ended_ts is null while it stands.
CREATE TABLE duty_holds (
    institution_id INTEGER NOT NULL,
    hold_id        TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    ground         TEXT    NOT NULL,
    case_number    TEXT    NOT NULL,
    placed_by      TEXT    NOT NULL,
    placed_ts      INTEGER NOT NULL,
    until_ts       INTEGER,
    ended_ts       INTEGER,
    PRIMARY KEY (institution_id, hold_id)
) WITHOUT ROWID;

-- What was redacted and must not be destroyed yet: the event as it was.
CREATE TABLE duty_sealed (
    institution_id INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    event_id       TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    sender         TEXT    NOT NULL,
    redactor       TEXT    NOT NULL,
    sealed_ts      INTEGER NOT NULL,
    until_ts       INTEGER NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, position)
) WITHOUT ROWID;
CREATE INDEX duty_sealed_until ON duty_sealed (institution_id, until_ts);

-- Requests to inspect somebody's correspondence, or a room's. Times in ms.
CREATE TABLE duty_inspections (
    institution_id INTEGER NOT NULL,
    inspection_id  TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    since_ts       INTEGER NOT NULL,
    until_ts       INTEGER NOT NULL,
    ground         TEXT    NOT NULL,
    case_number    TEXT    NOT NULL,
    asked_by       TEXT    NOT NULL,
    asked_ts       INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    is_secret      INTEGER NOT NULL,
    decided_by     TEXT,
    decided_ts     INTEGER,
    is_approved    INTEGER NOT NULL,
    downloaded_ts  INTEGER,
    told_ts        INTEGER,
    PRIMARY KEY (institution_id, inspection_id)
) WITHOUT ROWID;

-- Copies of one's own data, made for the person; sha256 is null until it is made.
CREATE TABLE duty_copies (
    institution_id INTEGER NOT NULL,
    copy_id        TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    asked_ts       INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    sha256         TEXT,
    size           INTEGER NOT NULL,
    PRIMARY KEY (institution_id, copy_id)
) WITHOUT ROWID;
CREATE INDEX duty_copies_user ON duty_copies (institution_id, user_id);
