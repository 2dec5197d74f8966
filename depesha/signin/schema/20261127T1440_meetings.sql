-- Places where two devices leave messages for each other, one at a time (MSC4108). etag names the
-- message, and is another one for each.
CREATE TABLE signin_meetings (
    institution_id INTEGER NOT NULL,
    meeting_hash   BLOB    NOT NULL,
    message        BLOB    NOT NULL,
    etag           TEXT    NOT NULL,
    changed_ts     INTEGER NOT NULL,
    expires_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, meeting_hash)
) WITHOUT ROWID;
CREATE INDEX signin_meetings_expiry ON signin_meetings (institution_id, expires_ts);
