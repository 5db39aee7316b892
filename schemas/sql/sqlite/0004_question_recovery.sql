-- A recovery of a password by security questions, from the first question to the last answer. There is one for whatever
-- name is given, so that nobody learns from it who exists: a row without a user asks made-up questions.
CREATE TABLE question_recovery (
    owner         BLOB    NOT NULL PRIMARY KEY,     -- keyed hash of tenant and name as given
    key_hash      BLOB    NOT NULL,                 -- of the key to the next step
    user_id       INTEGER REFERENCES user(id) ON DELETE CASCADE,
    tenant_id     INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    asked         TEXT    NOT NULL,                 -- JSON: pairs of set and question that wait for an answer
    remaining     TEXT    NOT NULL,                 -- JSON: those that come after them
    issued_at     INTEGER NOT NULL,
    wrong_answers INTEGER NOT NULL DEFAULT 0,       -- since `counted_from`, over all keys
    counted_from  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX question_recovery_by_key ON question_recovery (key_hash);
CREATE INDEX question_recovery_by_age ON question_recovery (issued_at);
CREATE INDEX question_recovery_of_user ON question_recovery (user_id);
CREATE INDEX question_recovery_of_tenant ON question_recovery (tenant_id);
