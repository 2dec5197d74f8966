-- Accounts by what an OpenID Connect provider calls their owners.
CREATE TABLE signin_subjects (
    institution_id INTEGER NOT NULL,
    provider       TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, provider, subject)
) WITHOUT ROWID;
CREATE INDEX signin_subjects_user ON signin_subjects (institution_id, user_id);

-- Browsers that were sent to a provider. link_user: who wants to add the provider to their account.
CREATE TABLE signin_visits (
    institution_id INTEGER NOT NULL,
    state_hash     BLOB    NOT NULL,
    browser_hash   BLOB    NOT NULL,
    provider       TEXT    NOT NULL,
    next           TEXT    NOT NULL,
    link_user      TEXT    NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, state_hash)
) WITHOUT ROWID;
CREATE INDEX signin_visits_expiry ON signin_visits (institution_id, expires_ts);
