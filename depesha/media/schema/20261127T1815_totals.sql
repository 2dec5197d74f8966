-- Bytes that all files of an institution take, by their rows.
CREATE TABLE media_totals (
    institution_id INTEGER NOT NULL,
    bytes          INTEGER NOT NULL,
    PRIMARY KEY (institution_id)
);
INSERT INTO media_totals (institution_id, bytes)
    SELECT institution_id, CAST(SUM(size) AS INTEGER) FROM media_files
    WHERE sha256 IS NOT NULL GROUP BY institution_id;

-- Files with an end: uploads that were announced, and pictures of link previews.
CREATE INDEX media_files_over ON media_files (institution_id, expires_ts)
    WHERE expires_ts IS NOT NULL;
