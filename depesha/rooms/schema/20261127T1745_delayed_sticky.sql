-- How long a delayed message will stick (MSC4354); null when it will not.
ALTER TABLE rooms_delayed ADD COLUMN sticky_ms INTEGER;
