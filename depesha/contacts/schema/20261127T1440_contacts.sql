-- Requests for contact. unit_id is the level whose manager decides, 0 where the person does.
-- state is pending or refused: an accepted request is gone, the two know each other.
CREATE TABLE contacts_requests (
    institution_id INTEGER NOT NULL,
    sender         TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    message        TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, sender, target)
) WITHOUT ROWID;
CREATE INDEX contacts_requests_target ON contacts_requests (institution_id, target);
CREATE INDEX contacts_requests_unit ON contacts_requests (institution_id, unit_id, state);

-- Whom a person refuses to hear.
CREATE TABLE contacts_blocked (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    other_id       TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, other_id)
) WITHOUT ROWID;

-- What a person does with strangers: ask, open or closed.
CREATE TABLE contacts_policies (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    strangers      TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Invitations by strangers, which do not ring.
CREATE TABLE contacts_held (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    sender         TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_id)
) WITHOUT ROWID;
