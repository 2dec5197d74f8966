-- One row a profile field; value is JSON.
CREATE TABLE profile_fields (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    value          TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, name)
) WITHOUT ROWID;

-- What people search: local users with their names in lower case.
CREATE TABLE profile_people (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    searched       TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
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
