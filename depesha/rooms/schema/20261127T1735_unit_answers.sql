-- What became of a request to invite a unit: outcome is empty while it waits, else 'approved' (and how
-- many were invited) or 'refused' (and why). Who asked sees it until they put it away.
ALTER TABLE rooms_unit_invites ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms_unit_invites ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms_unit_invites ADD COLUMN invited INTEGER NOT NULL DEFAULT 0;
