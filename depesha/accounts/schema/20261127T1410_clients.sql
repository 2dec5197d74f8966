-- The OAuth 2.0 client that a session was granted to; NULL for a session of the legacy API.
ALTER TABLE accounts_sessions ADD COLUMN client TEXT;
