-- Resets forced on many users at once: a job, and a row for each of them. A job that was not started is a draft.
CREATE TABLE reset_job (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    user_id     INTEGER NOT NULL,                 -- who asked for it; he may be deleted before it is done
    user_name   TEXT    NOT NULL,                 -- as his session showed it
    source      TEXT    NOT NULL,                 -- where the names come from, for people
    created_at  INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER
);
CREATE INDEX reset_job_of_tenant ON reset_job (tenant_id, id);
CREATE INDEX reset_job_at_work ON reset_job (id) WHERE started_at IS NOT NULL AND finished_at IS NULL;

CREATE TABLE reset_job_user (
    job_id      INTEGER NOT NULL REFERENCES reset_job(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    name        TEXT    NOT NULL,                 -- with domain; perhaps nobody's
    state       TEXT    NOT NULL DEFAULT 'waiting', -- waiting, done, failed, skipped
    reason      TEXT,
    PRIMARY KEY (job_id, position)
) WITHOUT ROWID;
CREATE INDEX reset_job_waiting ON reset_job_user (job_id, position) WHERE state = 'waiting';
