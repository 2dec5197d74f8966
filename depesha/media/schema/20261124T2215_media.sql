-- sha256 is null while an upload that was announced has not come; expires_ts then says until when.
CREATE TABLE media_files (
    institution_id INTEGER NOT NULL,
    media_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    sha256         TEXT,
    size           INTEGER NOT NULL,
    content_type   TEXT    NOT NULL,
    file_name      TEXT,
    created_ts     INTEGER NOT NULL,
    expires_ts     INTEGER,
    PRIMARY KEY (institution_id, media_id)
) WITHOUT ROWID;
CREATE INDEX media_files_pending ON media_files (institution_id, user_id)
    WHERE sha256 IS NULL;

CREATE TABLE media_thumbnails (
    institution_id INTEGER NOT NULL,
    source_sha256  TEXT    NOT NULL,
    width          INTEGER NOT NULL,
    height         INTEGER NOT NULL,
    method         TEXT    NOT NULL,
    sha256         TEXT    NOT NULL,
    size           INTEGER NOT NULL,
    content_type   TEXT    NOT NULL,
    PRIMARY KEY (institution_id, source_sha256, width, height, method)
) WITHOUT ROWID;

CREATE TABLE media_previews (
    institution_id INTEGER NOT NULL,
    url            TEXT    NOT NULL,
    preview        TEXT    NOT NULL,
    fetched_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, url)
) WITHOUT ROWID;
