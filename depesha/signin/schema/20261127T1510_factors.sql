-- The secret of a program that makes codes (RFC 6238). last_step: the thirty seconds whose code
-- was used last; no code is good twice.
CREATE TABLE signin_totp (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    secret         BLOB    NOT NULL,
    last_step      INTEGER NOT NULL,
    created_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Codes for who has lost that program, each for one use.
CREATE TABLE signin_recovery (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    code_hash      BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, code_hash)
) WITHOUT ROWID;

CREATE TABLE signin_passkeys (
    institution_id INTEGER NOT NULL,
    credential_id  BLOB    NOT NULL,
    user_id        TEXT    NOT NULL,
    public_key     BLOB    NOT NULL,
    sign_count     INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    created_ts     INTEGER NOT NULL,
    used_ts        INTEGER NOT NULL,
    PRIMARY KEY (institution_id, credential_id)
) WITHOUT ROWID;
CREATE INDEX signin_passkeys_user ON signin_passkeys (institution_id, user_id);
