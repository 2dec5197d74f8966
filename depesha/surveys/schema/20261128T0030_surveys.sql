-- A survey. questions and target are JSON; room_id is empty for one to units and people. round says
-- how often those who have not answered were to be told of it; ended_ts is null until it is over.
CREATE TABLE surveys_surveys (
    institution_id INTEGER NOT NULL,
    survey_id      TEXT    NOT NULL,
    author         TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    about          TEXT    NOT NULL,
    questions      TEXT    NOT NULL,
    is_anonymous   INTEGER NOT NULL,
    is_changeable  INTEGER NOT NULL,
    results        TEXT    NOT NULL,
    room_id        TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    until_ts       INTEGER NOT NULL,
    ended_ts       INTEGER,
    round          INTEGER NOT NULL,
    round_ts       INTEGER NOT NULL,
    is_spread      INTEGER NOT NULL,
    PRIMARY KEY (institution_id, survey_id)
) WITHOUT ROWID;
CREATE INDEX surveys_surveys_author ON surveys_surveys (institution_id, author);
CREATE INDEX surveys_surveys_room ON surveys_surveys (institution_id, room_id);

-- Whom a survey is for, as far as they are written down one by one, and that they have answered:
-- of an anonymous one nothing more is kept of them, no time and no order. round as above.
CREATE TABLE surveys_people (
    institution_id INTEGER NOT NULL,
    survey_id      TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    unit_id        INTEGER NOT NULL,
    round          INTEGER NOT NULL,
    has_answered   INTEGER NOT NULL,
    PRIMARY KEY (institution_id, survey_id, user_id)
) WITHOUT ROWID;
CREATE INDEX surveys_people_user ON surveys_people (institution_id, user_id);

-- What people have answered in an open survey; answers is JSON.
CREATE TABLE surveys_answers (
    institution_id INTEGER NOT NULL,
    survey_id      TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    answers        TEXT    NOT NULL,
    ts             INTEGER NOT NULL,
    PRIMARY KEY (institution_id, survey_id, user_id)
) WITHOUT ROWID;

-- The sums of an anonymous survey, all in one row that every answer writes anew: there is no row
-- for an answer, whose place or transaction would lead to whoever gave it.
CREATE TABLE surveys_boxes (
    institution_id INTEGER NOT NULL,
    survey_id      TEXT    NOT NULL,
    sums           TEXT    NOT NULL,
    PRIMARY KEY (institution_id, survey_id)
) WITHOUT ROWID;
