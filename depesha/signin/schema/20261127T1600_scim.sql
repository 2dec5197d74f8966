-- People whom a SCIM client keeps. user_name is in lower case; manager is the scim_id of whom they call
-- their manager, or empty; unit_id is the level that their attributes put them in, or 0; content is
-- the resource without what the server adds to it.
CREATE TABLE signin_scim_users (
    institution_id INTEGER NOT NULL,
    scim_id        TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    user_name      TEXT    NOT NULL,
    external_id    TEXT    NOT NULL,
    is_active      INTEGER NOT NULL,
    unit_id        INTEGER NOT NULL,
    manager        TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    created_ts     INTEGER NOT NULL,
    changed_ts     INTEGER NOT NULL,
    content        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, scim_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX signin_scim_users_user ON signin_scim_users (institution_id, user_id);
CREATE UNIQUE INDEX signin_scim_users_name ON signin_scim_users (institution_id, user_name);
CREATE INDEX signin_scim_users_external ON signin_scim_users (institution_id, external_id);
CREATE INDEX signin_scim_users_unit ON signin_scim_users (institution_id, unit_id);

-- What a SCIM client calls levels of the tree.
CREATE TABLE signin_scim_groups (
    institution_id INTEGER NOT NULL,
    unit_id        INTEGER NOT NULL,
    external_id    TEXT    NOT NULL,
    PRIMARY KEY (institution_id, unit_id)
) WITHOUT ROWID;
