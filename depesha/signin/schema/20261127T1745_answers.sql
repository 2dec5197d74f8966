-- Answers of passkeys that have signed somebody in: none does so twice.
CREATE TABLE signin_answers (
    institution_id INTEGER NOT NULL,
    browser_hash   BLOB    NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, browser_hash)
) WITHOUT ROWID;
