-- Photos taken over from the directory: stamp is when the entry had last changed, as the directory
-- writes it, digest the SHA-256 of the photo, empty for none.
CREATE TABLE signin_photos (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    stamp          TEXT    NOT NULL,
    digest         BLOB    NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;
