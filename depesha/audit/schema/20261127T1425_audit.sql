-- What was done by whom: one chain an institution (see audit/chain.py).
CREATE TABLE audit_lines (
    institution_id INTEGER NOT NULL,
    number         INTEGER NOT NULL,
    ts             INTEGER NOT NULL,
    actor          TEXT    NOT NULL,
    act            TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    sealed         TEXT    NOT NULL,
    before         TEXT    NOT NULL,
    hash           TEXT    NOT NULL,
    signature      TEXT    NOT NULL,
    details        TEXT,
    details_key    BLOB,
    PRIMARY KEY (institution_id, number)
) WITHOUT ROWID;
