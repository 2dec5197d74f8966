-- What is asked of people with a role ('member': of everybody) when they sign in. Null: as usual.
CREATE TABLE accounts_policies (
    institution_id INTEGER NOT NULL,
    role           TEXT    NOT NULL,
    second_factor  INTEGER NOT NULL,
    least_password INTEGER,
    session_ms     INTEGER,
    idle_ms        INTEGER,
    PRIMARY KEY (institution_id, role)
) WITHOUT ROWID;
-- When the session of a token began (ms); 0: before that was noted.
ALTER TABLE accounts_sessions ADD COLUMN begun_ts INTEGER NOT NULL DEFAULT 0;
