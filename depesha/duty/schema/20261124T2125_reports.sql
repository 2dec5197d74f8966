-- Complaints: event_id is empty when a whole room or a person is reported.
CREATE TABLE duty_reports (
    institution_id INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    reporter       TEXT    NOT NULL,
    room_id        TEXT,
    event_id       TEXT,
    user_id        TEXT,
    reason         TEXT    NOT NULL,
    score          INTEGER,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, position)
) WITHOUT ROWID;
