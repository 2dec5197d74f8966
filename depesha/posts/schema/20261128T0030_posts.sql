-- Posts: users of the server that are written to, whoever holds them. inherits is what the next
-- holder reads of a chat, keeps and serves are 0 or 1.
CREATE TABLE posts_named (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    inherits       TEXT    NOT NULL,
    keeps          INTEGER NOT NULL,
    serves         INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Who holds a post from when until when (milliseconds; until 0: without an end).
CREATE TABLE posts_shifts (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    holder         TEXT    NOT NULL,
    since_ts       INTEGER NOT NULL,
    until_ts       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, since_ts, holder)
) WITHOUT ROWID;

-- Who is in a chat because of a post alone, and leaves with it.
CREATE TABLE posts_seats (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    holder         TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, room_id, holder)
) WITHOUT ROWID;
