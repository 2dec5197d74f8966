-- Roles that people have; unit_id is the level of the tree that a role is for, 0 for the whole
-- institution. Who was an administrator is an owner from now on.
CREATE TABLE accounts_roles (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    granted_by     TEXT    NOT NULL,
    granted_ts     INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, role, unit_id)
) WITHOUT ROWID;
INSERT INTO accounts_roles (institution_id, user_id, role, unit_id, granted_by, granted_ts)
    SELECT institution_id, user_id, 'owner', 0, '', created_ts FROM accounts_users
    WHERE is_admin = 1;
ALTER TABLE accounts_users DROP COLUMN is_admin;
