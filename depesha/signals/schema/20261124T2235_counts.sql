-- Events whose weight for unread counts is not told by their type alone. thread is 'main' or
-- the thread root; typed is 1 when the type alone would count.
CREATE TABLE signals_exceptions (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    event_order    INTEGER NOT NULL,
    sender         TEXT    NOT NULL,
    thread         TEXT    NOT NULL,
    typed          INTEGER NOT NULL,
    counted        INTEGER NOT NULL,
    highlighted    INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_nid, event_order)
) WITHOUT ROWID;

-- What an event is to one user, where that is not what it is to everyone.
CREATE TABLE signals_singles (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_nid       INTEGER NOT NULL,
    event_order    INTEGER NOT NULL,
    sender         TEXT    NOT NULL,
    thread         TEXT    NOT NULL,
    typed          INTEGER NOT NULL,
    notified       INTEGER NOT NULL,
    highlighted    INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_nid, event_order)
) WITHOUT ROWID;
CREATE INDEX signals_singles_room ON signals_singles (institution_id, room_nid, event_order);

-- Users who do not hear everything: in a room, or with an empty room_id everywhere else.
-- hears: 0 everything, 1 highlights, 2 nothing.
CREATE TABLE signals_hearing (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    hears          INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_id)
) WITHOUT ROWID;
