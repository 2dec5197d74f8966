-- Contents of files that are being removed: an upload of the very same content waits for the end.
CREATE TABLE media_doomed (
    institution_id INTEGER NOT NULL,
    sha256         TEXT    NOT NULL,
    PRIMARY KEY (institution_id, sha256)
) WITHOUT ROWID;
CREATE INDEX media_files_content ON media_files (institution_id, sha256);
CREATE INDEX media_files_made ON media_files (institution_id, created_ts);
