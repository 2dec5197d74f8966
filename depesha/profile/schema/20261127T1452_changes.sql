-- When each field of a profile last changed; of one that was taken off only this row is left.
CREATE TABLE profile_changes (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, name)
) WITHOUT ROWID;
CREATE INDEX profile_changes_position ON profile_changes (institution_id, position);
