-- What became of a complaint: decision is NULL while it is open, then 'upheld' or 'rejected'.
ALTER TABLE duty_reports ADD COLUMN decision TEXT;
ALTER TABLE duty_reports ADD COLUMN answer TEXT;
ALTER TABLE duty_reports ADD COLUMN decided_by TEXT;
ALTER TABLE duty_reports ADD COLUMN decided_ts INTEGER;
