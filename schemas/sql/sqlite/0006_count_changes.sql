-- Counted up by every commit that changes more than attributes of users, so that readers know whether what they
-- remember of accounts, permissions and settings still holds.
CREATE TABLE change_count (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    count   INTEGER NOT NULL
);
INSERT INTO change_count (id, count) VALUES (1, 0);
