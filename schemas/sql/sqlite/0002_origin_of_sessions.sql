-- Where a session was opened from, for the user who looks at the list of his sessions; NULL where nobody noted it.
ALTER TABLE session ADD COLUMN origin TEXT;
