-- Work to be done later, at least once.
CREATE TABLE io_jobs (
    institution_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload BLOB NOT NULL,
    serial INTEGER NOT NULL,    -- which addition of this job it is: one may come while it is done
    due_ts INTEGER,             -- NULL when it has been given up
    attempts INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    error TEXT,                 -- of the latest attempt
    PRIMARY KEY (institution_id, kind, key)
) WITHOUT ROWID;

CREATE INDEX io_jobs_due ON io_jobs (institution_id, due_ts);
