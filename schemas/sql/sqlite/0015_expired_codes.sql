-- When a code was found to be too old: it stays so, also when the time that codes are good for is made longer.
ALTER TABLE recovery ADD COLUMN expired_at INTEGER;
