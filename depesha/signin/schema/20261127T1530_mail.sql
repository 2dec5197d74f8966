-- E-mail addresses of accounts, in lower case.
CREATE TABLE signin_emails (
    institution_id INTEGER NOT NULL,
    address        TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    added_ts       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, address)
) WITHOUT ROWID;
CREATE INDEX signin_emails_user ON signin_emails (institution_id, user_id);

-- Letters that were sent to learn whether somebody reads an address. sid and secret_hash are those
-- of the client that asked, for letters of the legacy API; attempt is its number of asking.
CREATE TABLE signin_letters (
    institution_id INTEGER NOT NULL,
    token_hash     BLOB    NOT NULL,
    purpose        TEXT    NOT NULL,
    address        TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    sid            TEXT    NOT NULL,
    secret_hash    BLOB    NOT NULL,
    attempt        INTEGER NOT NULL,
    next_link      TEXT    NOT NULL,
    is_confirmed   INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, token_hash)
) WITHOUT ROWID;
CREATE INDEX signin_letters_sid ON signin_letters (institution_id, sid);
CREATE INDEX signin_letters_expiry ON signin_letters (institution_id, expires_ts);
