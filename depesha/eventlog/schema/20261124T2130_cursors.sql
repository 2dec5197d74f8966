-- How far each consumer has read the log.
CREATE TABLE eventlog_cursors (
    institution_id INTEGER NOT NULL,
    consumer       TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, consumer)
) WITHOUT ROWID;
