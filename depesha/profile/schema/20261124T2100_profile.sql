-- One row a profile field; value is JSON.
CREATE TABLE profile_fields (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    value          TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, name)
) WITHOUT ROWID;

-- Users whose rooms have yet to hear of a changed field.
CREATE TABLE profile_untold (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, name)
) WITHOUT ROWID;

-- Whom a search may find: local users, and the words of their names.
CREATE TABLE profile_people (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    words          TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Each word, and each of its ends, so that any piece of a word is the beginning of some part.
CREATE TABLE profile_parts (
    institution_id INTEGER NOT NULL,
    part           TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, part, user_id)
) WITHOUT ROWID;
CREATE INDEX profile_parts_user ON profile_parts (institution_id, user_id);

-- Rooms that anyone may join or read: their members may be found by everyone.
CREATE TABLE profile_public_rooms (
    institution_id INTEGER NOT NULL,
    room_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, room_id)
) WITHOUT ROWID;

-- room_id is empty for global account data. content is null once it was deleted.
CREATE TABLE profile_account_data (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    content        TEXT,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_id, type)
) WITHOUT ROWID;
CREATE INDEX profile_account_data_position
    ON profile_account_data (institution_id, user_id, position);

CREATE TABLE profile_filters (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    filter_id      INTEGER NOT NULL,
    content        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, filter_id)
) WITHOUT ROWID;
