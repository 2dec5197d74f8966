-- How far the log has been looked through for each application service, and the
-- transaction that it has not acknowledged yet, in the very form in which it is repeated.
CREATE TABLE bots_services (
    institution_id INTEGER NOT NULL,
    service_id     TEXT    NOT NULL,
    collected      INTEGER NOT NULL,
    txn_id         TEXT,
    body           BLOB,
    PRIMARY KEY (institution_id, service_id)
) WITHOUT ROWID;

-- What is to be told: kind is event, receipt, to_device, count or list. user_id and device_id
-- say whose it is, room_id where it happened; empty where the kind has none.
CREATE TABLE bots_queue (
    institution_id INTEGER NOT NULL,
    service_id     TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    device_id      TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, service_id, position)
) WITHOUT ROWID;
