-- What was said in a room at a time: a whole room need not be looked through.
CREATE INDEX events_time ON events (institution_id, room_nid, origin_server_ts);
