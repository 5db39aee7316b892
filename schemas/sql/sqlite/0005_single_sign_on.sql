-- Service providers of SAML 2.0 single sign-on, and who is signed in where.

CREATE TABLE service_provider (
    id                  INTEGER PRIMARY KEY,
    tenant_id           INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    issuer              TEXT    NOT NULL,
    name                TEXT    NOT NULL,         -- of the application, as addresses show it
    origin              TEXT    NOT NULL,         -- file: follows the configuration; service: an administrator's
    saas                INTEGER NOT NULL,         -- whether users of every tenant may sign in
    default_url         TEXT    NOT NULL,         -- the consumer URL of those who name none
    name_id_format      TEXT    NOT NULL,
    name_id_claim       TEXT,                     -- instead of the user name
    store_in_subject    INTEGER NOT NULL,
    tenant_in_subject   INTEGER NOT NULL,
    certificate         TEXT,                     -- base64; what requests are verified with
    verify_requests     INTEGER NOT NULL,
    sign_response       INTEGER NOT NULL,
    sign_assertion      INTEGER NOT NULL,
    single_logout       INTEGER NOT NULL,
    logout_request_url  TEXT,
    logout_response_url TEXT,
    idp_initiated       INTEGER NOT NULL,
    idp_logout          INTEGER NOT NULL,
    send_attributes     INTEGER NOT NULL,
    attribute_index     TEXT,                     -- the index under which the original would send attributes
    certificate_alias   TEXT,                     -- the name of the certificate in the original's key store
    login_page          TEXT,
    signing_algorithm   TEXT,
    digest_algorithm    TEXT,
    UNIQUE (tenant_id, issuer)
);

CREATE TABLE service_provider_value (
    provider_id INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,                 -- consumer, audience, recipient, claim, return
    position    INTEGER NOT NULL,
    value       TEXT    NOT NULL,
    PRIMARY KEY (provider_id, kind, position)
) WITHOUT ROWID;

-- Messages that were answered: none is answered twice.
CREATE TABLE saml_message (
    sender      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (sender, id)
) WITHOUT ROWID;
CREATE INDEX saml_message_by_age ON saml_message (seen_at);

-- Where the user of a session is signed in.
CREATE TABLE sso_participant (
    session_hash BLOB    NOT NULL REFERENCES session(id_hash) ON DELETE CASCADE,
    provider_id  INTEGER NOT NULL REFERENCES service_provider(id) ON DELETE CASCADE,
    name_id      TEXT    NOT NULL,
    session_index TEXT   NOT NULL,
    told         INTEGER NOT NULL DEFAULT 0,      -- whether it knows already that the session ends
    PRIMARY KEY (session_hash, provider_id)
) WITHOUT ROWID;
CREATE INDEX sso_participant_by_index ON sso_participant (session_index);
CREATE INDEX sso_participant_of_provider ON sso_participant (provider_id);

-- Service providers to be told that a session ended.
CREATE TABLE logout_notice (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id  INTEGER NOT NULL,
    name_id      TEXT    NOT NULL,
    session_index TEXT   NOT NULL,
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL
);
CREATE INDEX logout_notice_due ON logout_notice (due_at);

-- Sessions end in many ways: signing out, a new password, a forced reset. None of them has to think of this.
CREATE TRIGGER sso_participant_left AFTER DELETE ON sso_participant WHEN OLD.told = 0
BEGIN
    INSERT INTO logout_notice (provider_id, name_id, session_index, due_at, attempts)
    VALUES (OLD.provider_id, OLD.name_id, OLD.session_index, 0, 0);
END;
