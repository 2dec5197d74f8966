CREATE TABLE rooms_aliases (
    institution_id INTEGER NOT NULL,
    alias          TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    creator        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, alias)
) WITHOUT ROWID;
CREATE INDEX rooms_aliases_room ON rooms_aliases (institution_id, room_id);

-- Rooms in the published directory; network_id is empty for the server's own list.
CREATE TABLE rooms_published (
    institution_id INTEGER NOT NULL,
    network_id     TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, network_id, room_id)
) WITHOUT ROWID;
