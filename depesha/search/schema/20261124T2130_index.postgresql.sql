-- docid holds the institution and the position; words are stems.
CREATE TABLE search_index (
    docid    BIGINT PRIMARY KEY,
    room_nid BIGINT NOT NULL,
    words    TSVECTOR NOT NULL
);
CREATE INDEX search_index_words ON search_index USING GIN (words);
