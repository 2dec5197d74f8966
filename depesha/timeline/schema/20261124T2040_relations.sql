-- Child events by parent: edits, reactions, thread replies, references, poll answers.
-- item is the key of an annotation, else empty.
CREATE TABLE timeline_relations (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    parent_id      TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    child_id       TEXT    NOT NULL,
    rel_type       TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    sender         TEXT    NOT NULL,
    item           TEXT    NOT NULL,
    PRIMARY KEY (institution_id, room_nid, parent_id, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX timeline_relations_child ON timeline_relations (institution_id, position);

-- Thread roots by their latest reply.
CREATE TABLE timeline_threads (
    institution_id INTEGER NOT NULL,
    room_nid       INTEGER NOT NULL,
    root_id        TEXT    NOT NULL,
    last_position  INTEGER NOT NULL,
    PRIMARY KEY (institution_id, room_nid, root_id)
) WITHOUT ROWID;
CREATE INDEX timeline_threads_last
    ON timeline_threads (institution_id, room_nid, last_position);
