-- Groups of people that the directory has, as they were when it was last read.
CREATE TABLE signin_groups (
    institution_id INTEGER NOT NULL,
    group_id       TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    PRIMARY KEY (institution_id, group_id)
) WITHOUT ROWID;

CREATE TABLE signin_group_members (
    institution_id INTEGER NOT NULL,
    group_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, group_id, user_id)
) WITHOUT ROWID;
