-- An official notice. target is JSON; is_spread says that all whom it is to reach are written down.
CREATE TABLE notices_official (
    institution_id INTEGER NOT NULL,
    notice_id      TEXT    NOT NULL,
    sender         TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    is_spread      INTEGER NOT NULL,
    PRIMARY KEY (institution_id, notice_id)
) WITHOUT ROWID;

-- Whom it is to reach. position, of its event in the log, is null until it is sent, and 0 for who
-- can be told nothing any more; delivered_ts is null until a device has taken it.
CREATE TABLE notices_addressed (
    institution_id INTEGER NOT NULL,
    notice_id      TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    event_id       TEXT    NOT NULL,
    position       INTEGER,
    delivered_ts   INTEGER,
    PRIMARY KEY (institution_id, notice_id, user_id)
) WITHOUT ROWID;
CREATE INDEX notices_addressed_user ON notices_addressed (institution_id, user_id, position);
