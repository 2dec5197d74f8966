-- The unit that the state of a group names (0: the institution); null: that of its creator.
ALTER TABLE duty_rooms ADD COLUMN unit_id INTEGER;
