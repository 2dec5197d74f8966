-- Identity keys of devices, as uploaded; body without signatures made later.
CREATE TABLE keys_devices (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, device_id)
) WITHOUT ROWID;

-- position is that of the upload: keys are given out in its order.
CREATE TABLE keys_one_time (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    algorithm      TEXT    NOT NULL,
    key_id         TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, device_id, algorithm, key_id)
) WITHOUT ROWID;

-- uses: how often it has been claimed.
CREATE TABLE keys_fallback (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    algorithm      TEXT    NOT NULL,
    key_id         TEXT    NOT NULL,
    uses           INTEGER NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, device_id, algorithm)
) WITHOUT ROWID;

-- usage is master, self_signing or user_signing.
CREATE TABLE keys_cross_signing (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    usage          TEXT    NOT NULL,
    public_key     TEXT    NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, usage)
) WITHOUT ROWID;

-- Signatures uploaded apart from the keys that they are on. key_name is the id of a device
-- or the public part of a cross-signing key of user_id.
CREATE TABLE keys_signatures (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    key_name       TEXT    NOT NULL,
    signer_id      TEXT    NOT NULL,
    signer_key     TEXT    NOT NULL,
    signature      TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, key_name, signer_id, signer_key)
) WITHOUT ROWID;
CREATE INDEX keys_signatures_signer ON keys_signatures (institution_id, signer_id, position);

-- When identity or cross-signing keys of a user last changed.
CREATE TABLE keys_lists (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;
CREATE INDEX keys_lists_position ON keys_lists (institution_id, position);

-- Messages waiting for a device, each the JSON of a whole event.
CREATE TABLE keys_to_device (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, device_id, position)
) WITHOUT ROWID;

-- Transactions of sendToDevice that have been carried out.
CREATE TABLE keys_sent (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    txn            TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, device_id, txn)
) WITHOUT ROWID;

CREATE TABLE keys_dehydrated (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    body           BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Versions are numbered from 1 for each user. A deleted one keeps its number.
CREATE TABLE keys_backups (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    algorithm      TEXT    NOT NULL,
    auth_data      BLOB    NOT NULL,
    etag           INTEGER NOT NULL,
    count          INTEGER NOT NULL,
    is_deleted     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, version)
) WITHOUT ROWID;

-- body is the session_data of the key.
CREATE TABLE keys_backup_sessions (
    institution_id  INTEGER NOT NULL,
    user_id         TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    room_id         TEXT    NOT NULL,
    session_id      TEXT    NOT NULL,
    is_verified     INTEGER NOT NULL,
    first_index     INTEGER NOT NULL,
    forwarded_count INTEGER NOT NULL,
    body            BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id, version, room_id, session_id)
) WITHOUT ROWID;
