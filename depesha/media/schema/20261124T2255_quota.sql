CREATE INDEX media_files_user ON media_files (institution_id, user_id, size);
