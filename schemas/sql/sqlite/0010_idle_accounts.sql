-- Up to which moment the accounts of a tenant were looked at that nobody uses. A check is carried out page by page; where
-- it has got to is noted with what it did, so that nobody is told twice and nobody is left out.
CREATE TABLE idle_check (
    tenant_id     INTEGER PRIMARY KEY REFERENCES tenant(id) ON DELETE CASCADE,
    checked_until INTEGER NOT NULL,               -- the last check that was finished
    due_at        INTEGER NOT NULL,               -- the one under way
    after_user    INTEGER NOT NULL                -- the last user of it who was looked at
);
