-- Basic groups by the unit that they are of (0: the institution). is_whole: who comes into the unit is
-- invited.
CREATE TABLE rooms_groups (
    institution_id INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    is_whole       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_id)
) WITHOUT ROWID;

-- People whose groups are to follow their place; an empty id is everybody. position is that of the
-- last change.
CREATE TABLE rooms_moved (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Requests to the manager of a unit to let its people be invited into a room.
CREATE TABLE rooms_unit_invites (
    institution_id INTEGER NOT NULL,
    request_id     TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    sender         TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, request_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX rooms_unit_invites_room ON rooms_unit_invites (institution_id, room_id, unit_id);
CREATE INDEX rooms_unit_invites_unit ON rooms_unit_invites (institution_id, unit_id);
CREATE INDEX rooms_unit_invites_sender ON rooms_unit_invites (institution_id, sender);
