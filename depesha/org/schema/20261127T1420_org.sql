-- Levels of the tree. parent_id is 0 for an organisation, rights are null and accepts empty where they
-- are those of the level above.
CREATE TABLE org_units (
    institution_id INTEGER NOT NULL,
    unit_id        INTEGER NOT NULL,
    parent_id      INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    manager        TEXT,
    rights         INTEGER,
    accepts        TEXT    NOT NULL,
    PRIMARY KEY (institution_id, unit_id)
) WITHOUT ROWID;

-- What a card tells of an employee. number and name are those of the institution's own systems,
-- is_imported says that an import may also show them out.
CREATE TABLE org_people (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    number         TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    room           TEXT    NOT NULL,
    phone          TEXT    NOT NULL,
    photo          TEXT    NOT NULL,
    is_imported    INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id)
) WITHOUT ROWID;

-- Positions: a person may have several, at most one in a level.
CREATE TABLE org_posts (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    title          TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, unit_id)
) WITHOUT ROWID;
CREATE INDEX org_posts_unit ON org_posts (institution_id, unit_id);

-- Who stands in for whom, from one time until another (milliseconds).
CREATE TABLE org_absences (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    deputy         TEXT    NOT NULL,
    since_ts       INTEGER NOT NULL,
    until_ts       INTEGER NOT NULL,
    PRIMARY KEY (institution_id, user_id, since_ts)
) WITHOUT ROWID;

-- People who have talked directly, or have accepted a request: a row for each of both.
CREATE TABLE org_known (
    institution_id INTEGER NOT NULL,
    user_id        TEXT    NOT NULL,
    other_id       TEXT    NOT NULL,
    PRIMARY KEY (institution_id, user_id, other_id)
) WITHOUT ROWID;
