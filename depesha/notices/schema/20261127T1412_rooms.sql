-- The room in which the server tells a person something: one a person.
CREATE TABLE notices_rooms (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;
