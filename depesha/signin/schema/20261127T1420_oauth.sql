-- What clients have said of themselves; the id is made from it, so that equal ones share a row.
CREATE TABLE signin_clients (
    institution_id INTEGER NOT NULL,
    client_id      TEXT    NOT NULL,
    metadata       TEXT    NOT NULL,
    used_ts        INTEGER NOT NULL,
    PRIMARY KEY (institution_id, client_id)
) WITHOUT ROWID;

-- Browsers that somebody is signed in with on our own pages. is_full 0: the second factor is
-- still to come. auth_ts: when they last proved who they are.
CREATE TABLE signin_browsers (
    institution_id INTEGER NOT NULL,
    browser_hash   BLOB    NOT NULL,
    user_id        TEXT    NOT NULL,
    is_full        INTEGER NOT NULL,
    auth_ts        INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, browser_hash)
) WITHOUT ROWID;
CREATE INDEX signin_browsers_user ON signin_browsers (institution_id, user_id);
CREATE INDEX signin_browsers_expiry ON signin_browsers (institution_id, expires_ts);

-- Authorisation codes. session_id is that of the session that was begun with the code; until
-- then 0. A used code is kept until it expires, so that its second use can be told.
CREATE TABLE signin_codes (
    institution_id INTEGER NOT NULL,
    code_hash      BLOB    NOT NULL,
    client_id      TEXT    NOT NULL,
    redirect_uri   TEXT    NOT NULL,
    challenge      TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    session_id     INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, code_hash)
) WITHOUT ROWID;
CREATE INDEX signin_codes_expiry ON signin_codes (institution_id, expires_ts);

-- Refresh tokens that have been exchanged: whoever brings one again has stolen it, or was robbed.
CREATE TABLE signin_spent (
    institution_id INTEGER NOT NULL,
    token_hash     BLOB    NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    session_id     INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, token_hash)
) WITHOUT ROWID;
CREATE INDEX signin_spent_expiry ON signin_spent (institution_id, expires_ts);

-- Devices that wait for somebody to enter their code elsewhere (RFC 8628). user_id NULL: nobody
-- has; "" : refused. polled_ts: when the client last asked.
CREATE TABLE signin_links (
    institution_id INTEGER NOT NULL,
    link_hash      BLOB    NOT NULL,
    code_hash      BLOB    NOT NULL,
    client_id      TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    user_id        TEXT,
    pause_ms       INTEGER NOT NULL,
    polled_ts      INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, link_hash)
) WITHOUT ROWID;
CREATE UNIQUE INDEX signin_links_code ON signin_links (institution_id, code_hash);
CREATE INDEX signin_links_expiry ON signin_links (institution_id, expires_ts);
