-- rowid holds the institution and the position; words are stems.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words,
    room_nid UNINDEXED,
    tokenize = "unicode61 remove_diacritics 0"
);
