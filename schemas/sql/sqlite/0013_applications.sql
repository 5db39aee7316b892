-- Applications: what a service provider is beside the settings of its protocol. What hangs on one is replaced with every
-- change; only what something else refers to has a key of its own.
CREATE TABLE application (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id          INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    name               TEXT    NOT NULL,          -- compared exactly; its role is Application/<name>
    description        TEXT,
    owner_domain       TEXT    NOT NULL,          -- the user store of who made it
    owner_name         TEXT    NOT NULL,
    saas               INTEGER NOT NULL DEFAULT 0,
    authentication     TEXT    NOT NULL,          -- default, local, federated, flow
    store_in_subject   INTEGER NOT NULL DEFAULT 0,
    tenant_in_subject  INTEGER NOT NULL DEFAULT 0,
    subject_claim      TEXT,
    authorize          INTEGER NOT NULL DEFAULT 0,
    send_providers     INTEGER NOT NULL DEFAULT 0, -- tells who vouched for a user
    local_dialect      INTEGER NOT NULL DEFAULT 1,
    send_local_subject INTEGER NOT NULL DEFAULT 0,
    role_claim         TEXT,
    provisioning_store TEXT,
    dumb_mode          INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, name)
);

-- How users get there: a row for each property of a configuration, or one without.
CREATE TABLE application_inbound (
    application_id INTEGER NOT NULL REFERENCES application(id) ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    kind           TEXT    NOT NULL,              -- samlsso, oauth2, wstrust, openid, passivests, or one of another
    key            TEXT    NOT NULL,              -- of samlsso, the issuer
    config         TEXT    NOT NULL,
    name           TEXT,
    value          TEXT,
    sealed         INTEGER NOT NULL DEFAULT 0,    -- value is a secret under the installation's key
    PRIMARY KEY (application_id, position)
) WITHOUT ROWID;
CREATE INDEX application_by_key ON application_inbound (kind, key);

-- Each way to sign in within a step; without a provider it is one of this server.
CREATE TABLE application_step (
    id             INTEGER PRIMARY KEY,
    application_id INTEGER NOT NULL REFERENCES application(id) ON DELETE CASCADE,
    step           INTEGER NOT NULL,
    subject        INTEGER NOT NULL,
    attribute      INTEGER NOT NULL,
    idp_id         INTEGER REFERENCES identity_provider(id) ON DELETE CASCADE,
    authenticator  TEXT    NOT NULL,
    display_name   TEXT
);
CREATE INDEX application_step_of ON application_step (application_id);
CREATE INDEX application_step_at ON application_step (idp_id);

CREATE TABLE application_claim (
    application_id INTEGER NOT NULL REFERENCES application(id) ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    local          TEXT    NOT NULL,
    remote         TEXT    NOT NULL,
    requested      INTEGER NOT NULL,
    mandatory      INTEGER NOT NULL,
    default_value  TEXT,
    PRIMARY KEY (application_id, position)
) WITHOUT ROWID;

-- Where users are provisioned to. There need not be a provider of that name.
CREATE TABLE application_connector (
    id             INTEGER PRIMARY KEY,
    application_id INTEGER NOT NULL REFERENCES application(id) ON DELETE CASCADE,
    idp_id         INTEGER REFERENCES identity_provider(id) ON DELETE CASCADE,
    idp_name       TEXT    NOT NULL,
    connector      TEXT    NOT NULL,
    at_sign_in     INTEGER NOT NULL,
    blocking       INTEGER NOT NULL,
    rules          INTEGER NOT NULL
);
CREATE INDEX application_connector_of ON application_connector (application_id);
CREATE INDEX application_connector_at ON application_connector (idp_id);

CREATE TABLE application_value (
    application_id INTEGER NOT NULL REFERENCES application(id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL,              -- permission, property, request path, role
    position       INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    value          TEXT,                          -- of a property; the remote role of a local one
    label          TEXT,
    PRIMARY KEY (application_id, kind, position)
) WITHOUT ROWID;

-- Nothing ever wrote there; the tables above say who uses a provider.
DROP TABLE idp_reference;
