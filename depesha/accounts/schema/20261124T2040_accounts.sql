CREATE TABLE accounts_users (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    password_hash  TEXT,
    is_guest       INTEGER NOT NULL,
    is_admin       INTEGER NOT NULL,
    is_locked      INTEGER NOT NULL,
    is_suspended   INTEGER NOT NULL,
    is_deactivated INTEGER NOT NULL,
    is_erased      INTEGER NOT NULL,
    appservice     TEXT,
    created_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

CREATE TABLE accounts_devices (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    display_name   TEXT,
    created_ts     INTEGER NOT NULL,
    last_seen_ts   INTEGER,
    last_seen_ip   TEXT,
    user_agent     TEXT,
    PRIMARY KEY (institution_id, user_id, device_id)
) WITHOUT ROWID;

-- One row for each access token. A device has one session; while its tokens are being
-- refreshed the session has two rows, and the newer one is unused.
-- Tokens are kept as SHA-256 only. session_id is the position in the log of the sign-in.
CREATE TABLE accounts_sessions (
    institution_id INTEGER NOT NULL,
    token_hash     BLOB    NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    session_id     INTEGER NOT NULL,
    refresh_hash   BLOB,
    expires_ts     INTEGER,
    is_unused      INTEGER NOT NULL,
    PRIMARY KEY (institution_id, token_hash)
) WITHOUT ROWID;
CREATE INDEX accounts_sessions_device
    ON accounts_sessions (institution_id, user_id, device_id);
CREATE UNIQUE INDEX accounts_sessions_refresh
    ON accounts_sessions (institution_id, refresh_hash) WHERE refresh_hash IS NOT NULL;

-- Tokens that are good for one use or for a short time: kind is login, openid or nonce.
CREATE TABLE accounts_tickets (
    institution_id INTEGER NOT NULL,
    ticket_hash    BLOB    NOT NULL,
    kind           TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, ticket_hash)
) WITHOUT ROWID;
CREATE INDEX accounts_tickets_expiry ON accounts_tickets (institution_id, expires_ts);

CREATE TABLE accounts_registration_tokens (
    institution_id INTEGER NOT NULL,
    token          TEXT    NOT NULL,
    uses_allowed   INTEGER,
    uses           INTEGER NOT NULL,
    expires_ts     INTEGER,
    created_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, token)
) WITHOUT ROWID;

-- User-interactive authentication under way. The session id itself is not kept: it is the
-- key that opens sealed, which holds what the request asked for and may hold a password.
CREATE TABLE accounts_uia (
    institution_id INTEGER NOT NULL,
    session_hash   BLOB    NOT NULL,
    operation      TEXT    NOT NULL,
    sealed         BLOB    NOT NULL,
    completed      TEXT    NOT NULL,
    token          TEXT    NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, session_hash)
) WITHOUT ROWID;
CREATE INDEX accounts_uia_expiry ON accounts_uia (institution_id, expires_ts);
