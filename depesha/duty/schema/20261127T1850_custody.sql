-- The public half of the institution's recovery key, whose other half is split among officers
-- (holders: a JSON list of their user ids). One stands at a time.
CREATE TABLE duty_custody (
    institution_id INTEGER NOT NULL,
    key_id         TEXT    NOT NULL,
    public_key     TEXT    NOT NULL,
    threshold      INTEGER NOT NULL,
    holders        TEXT    NOT NULL,
    made_by        TEXT    NOT NULL,
    made_ts        INTEGER NOT NULL,
    PRIMARY KEY (institution_id)
) WITHOUT ROWID;

-- The key of each person's backup, sealed for it by their client.
CREATE TABLE duty_escrow (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    key_id         TEXT    NOT NULL,
    version        TEXT    NOT NULL,
    sealed         TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;
