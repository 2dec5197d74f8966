-- What people say of themselves beside being there.
CREATE TABLE signals_presence (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    status_msg     TEXT,
    active_ts      INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;
