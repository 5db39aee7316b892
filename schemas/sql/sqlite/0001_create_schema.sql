-- Everything Soapstone remembers. Every table of tenant data carries the tenant or hangs on a row that does.
-- Times are epoch milliseconds. `folded` columns hold the lower-cased name that look-ups use.

CREATE TABLE tenant (
    id          INTEGER PRIMARY KEY,              -- -1234 is the super tenant, others count from 1
    domain      TEXT    NOT NULL UNIQUE,          -- lower case
    email       TEXT,
    active      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    admin_name  TEXT    NOT NULL                  -- the primary administrator of the tenant
);

-- Bumped whenever data of an area changes, so that caches know without asking for the data itself.
CREATE TABLE area_version (
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    area        TEXT    NOT NULL,                 -- claims, governance, templates
    version     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, area)
) WITHOUT ROWID;

-- Secondary user stores; PRIMARY exists in every tenant without a row.
CREATE TABLE user_store (
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    domain      TEXT    NOT NULL,                 -- upper case
    position    INTEGER NOT NULL,                 -- place in the chain that logins try
    read_only   INTEGER NOT NULL DEFAULT 0,
    disabled    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, domain)
) WITHOUT ROWID;

CREATE TABLE user (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,   -- never reused: a deleted user's id must not come back
    tenant_id           INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    domain              TEXT    NOT NULL,         -- upper case; PRIMARY for the primary store
    name                TEXT    NOT NULL,         -- as it was created, without domain
    folded              TEXT    NOT NULL,
    credential          TEXT    NOT NULL,         -- PHC string, or an imported scheme (see domain::credential)
    require_change      INTEGER NOT NULL DEFAULT 0,
    created_at          INTEGER NOT NULL,
    password_changed_at INTEGER NOT NULL,
    UNIQUE (tenant_id, domain, folded)
);

-- Values of claims that live in the user store, under the attribute their claim is mapped to.
CREATE TABLE user_attribute (
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    profile     TEXT    NOT NULL DEFAULT 'default',
    name        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    PRIMARY KEY (user_id, profile, name)
) WITHOUT ROWID;
CREATE INDEX user_attribute_by_value ON user_attribute (name, value);

-- Claims below http://wso2.org/claims/identity; kept literally, NULL included.
CREATE TABLE identity_claim (
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    uri         TEXT    NOT NULL,
    value       TEXT,
    PRIMARY KEY (user_id, uri)
) WITHOUT ROWID;

CREATE TABLE password_history (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    credential  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX password_history_of_user ON password_history (user_id, id);

CREATE TABLE role (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    domain      TEXT    NOT NULL,                 -- PRIMARY, a secondary store, INTERNAL or APPLICATION
    name        TEXT    NOT NULL,                 -- without domain
    folded      TEXT    NOT NULL,
    UNIQUE (tenant_id, domain, folded)
);

CREATE TABLE role_member (
    role_id     INTEGER NOT NULL REFERENCES role(id) ON DELETE CASCADE,
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    PRIMARY KEY (role_id, user_id)
) WITHOUT ROWID;
CREATE INDEX role_member_of_user ON role_member (user_id, role_id);

CREATE TABLE role_grant (
    role_id     INTEGER NOT NULL REFERENCES role(id) ON DELETE CASCADE,
    resource    TEXT    NOT NULL,                 -- lower case
    action      TEXT    NOT NULL,
    allowed     INTEGER NOT NULL,
    PRIMARY KEY (role_id, resource, action)
) WITHOUT ROWID;

CREATE TABLE user_grant (
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    resource    TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    allowed     INTEGER NOT NULL,
    PRIMARY KEY (user_id, resource, action)
) WITHOUT ROWID;
CREATE INDEX user_grant_of_tenant ON user_grant (tenant_id, action);

CREATE TABLE claim_dialect (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    uri         TEXT    NOT NULL,
    UNIQUE (tenant_id, uri)
);

CREATE TABLE claim (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    dialect_id  INTEGER NOT NULL REFERENCES claim_dialect(id) ON DELETE CASCADE,
    uri         TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    maps_to     INTEGER REFERENCES claim(id) ON DELETE CASCADE,  -- an external claim's local claim
    UNIQUE (dialect_id, uri)
);
CREATE INDEX claim_by_local ON claim (maps_to) WHERE maps_to IS NOT NULL;

CREATE TABLE claim_attribute (
    claim_id    INTEGER NOT NULL REFERENCES claim(id) ON DELETE CASCADE,
    domain      TEXT    NOT NULL,                 -- upper case
    attribute   TEXT    NOT NULL,
    position    INTEGER NOT NULL,                 -- as the mappings were given
    PRIMARY KEY (claim_id, domain)
) WITHOUT ROWID;

CREATE TABLE claim_property (
    claim_id    INTEGER NOT NULL REFERENCES claim(id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    PRIMARY KEY (claim_id, name)
) WITHOUT ROWID;

-- The resident identity provider of a tenant is the row named LOCAL; its properties are the governance settings.
-- Names are compared exactly. Rows of the super tenant whose name starts with SHARED_ are seen by every tenant.
CREATE TABLE identity_provider (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    enabled      INTEGER NOT NULL DEFAULT 1,
    is_primary   INTEGER NOT NULL DEFAULT 0,
    federation_hub INTEGER NOT NULL DEFAULT 0,
    home_realm   TEXT,
    alias        TEXT,
    display_name TEXT,
    description  TEXT,
    certificate  TEXT,                            -- base64, without line breaks
    provisioning_role TEXT,
    jit_enabled  INTEGER NOT NULL DEFAULT 0,
    jit_user_store TEXT,
    local_dialect INTEGER NOT NULL DEFAULT 0,
    user_claim   TEXT,
    role_claim   TEXT,
    default_authenticator TEXT,
    default_connector TEXT,
    UNIQUE (tenant_id, name)
);

CREATE TABLE idp_property (
    idp_id      INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    display_name TEXT,
    position    INTEGER NOT NULL,
    PRIMARY KEY (idp_id, name)
) WITHOUT ROWID;

CREATE TABLE idp_authenticator (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    idp_id       INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    display_name TEXT,
    enabled      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (idp_id, name)
);

CREATE TABLE idp_authenticator_property (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    authenticator_id INTEGER NOT NULL REFERENCES idp_authenticator(id) ON DELETE CASCADE,
    name             TEXT    NOT NULL,
    value            TEXT,
    sealed           INTEGER NOT NULL DEFAULT 0,  -- value is a secret under the installation's key
    confidential     INTEGER NOT NULL DEFAULT 0,  -- what the client said of it
    UNIQUE (authenticator_id, name)
);
CREATE INDEX idp_by_entity_id ON idp_authenticator_property (value) WHERE name = 'IdPEntityId';

CREATE TABLE idp_connector (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    idp_id       INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    enabled      INTEGER NOT NULL DEFAULT 0,
    blocking     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (idp_id, name)
);

CREATE TABLE idp_connector_property (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    connector_id INTEGER NOT NULL REFERENCES idp_connector(id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    value        TEXT,
    sealed       INTEGER NOT NULL DEFAULT 0,
    confidential INTEGER NOT NULL DEFAULT 0,
    blob         INTEGER NOT NULL DEFAULT 0,      -- of type BLOB, else STRING
    UNIQUE (connector_id, name)
);

-- Claims of the provider's own dialect.
CREATE TABLE idp_claim (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    idp_id       INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    uri          TEXT    NOT NULL,
    UNIQUE (idp_id, uri)
);

-- What they are here; without a remote claim when the provider speaks the local dialect.
CREATE TABLE idp_claim_mapping (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    idp_id       INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    claim_id     INTEGER REFERENCES idp_claim(id) ON DELETE CASCADE,
    local_claim  TEXT,
    default_value TEXT,
    requested    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX idp_claim_mapping_of ON idp_claim_mapping (idp_id);
CREATE INDEX idp_claim_mapping_of_claim ON idp_claim_mapping (claim_id);

CREATE TABLE idp_role (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    idp_id       INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    UNIQUE (idp_id, name)
);

CREATE TABLE idp_role_mapping (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    idp_role_id  INTEGER NOT NULL REFERENCES idp_role(id) ON DELETE CASCADE,
    role_id      INTEGER NOT NULL REFERENCES role(id) ON DELETE CASCADE,
    user_store   TEXT,                            -- as the client wrote it
    local_role   TEXT    NOT NULL                 -- as the client wrote it; follows when the role is renamed
);
CREATE INDEX idp_role_mapping_of ON idp_role_mapping (idp_role_id);
CREATE INDEX idp_role_mapping_to ON idp_role_mapping (role_id);

-- What service providers use of an identity provider. By key, so that a rename changes nothing.
CREATE TABLE idp_reference (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    idp_id       INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    application  TEXT    NOT NULL,
    kind         TEXT    NOT NULL,                -- federated, step, provisioning
    name         TEXT    NOT NULL                 -- of the authenticator or the connector
);
CREATE INDEX idp_reference_to ON idp_reference (idp_id);

CREATE TABLE federated_association (
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    idp_id      INTEGER NOT NULL REFERENCES identity_provider(id) ON DELETE CASCADE,
    external_id TEXT    NOT NULL,
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, idp_id, external_id)
) WITHOUT ROWID;
CREATE INDEX federated_association_of_user ON federated_association (user_id);

-- A recovery under way. A user has at most one; the codes are kept as keyed hashes.
CREATE TABLE recovery (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL UNIQUE REFERENCES user(id) ON DELETE CASCADE,
    scenario      TEXT    NOT NULL,               -- the scenario names of IS 5.3.0
    step          TEXT    NOT NULL,
    link_hash     BLOB,                           -- of the UUID in a mailed link
    otp_hash      BLOB,                           -- of the one-time password, mailed or handed over
    created_at    INTEGER NOT NULL,
    wrong_codes   INTEGER NOT NULL DEFAULT 0,     -- presented at login since the code was issued
    voided_at     INTEGER,                        -- set when too many wrong codes were presented
    forced_by     TEXT                            -- who set the claim
);
CREATE INDEX recovery_by_link ON recovery (link_hash) WHERE link_hash IS NOT NULL;
CREATE INDEX recovery_by_otp ON recovery (otp_hash) WHERE otp_hash IS NOT NULL;

-- Types exist on their own: one may have lost, or not yet received, its templates.
CREATE TABLE email_template_type (
    tenant_id    INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,                -- display name without blanks, lower case
    display      TEXT    NOT NULL,                -- the first one it was given
    PRIMARY KEY (tenant_id, key)
) WITHOUT ROWID;

CREATE TABLE email_template (
    tenant_id    INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,
    display      TEXT    NOT NULL,
    locale       TEXT    NOT NULL,                -- as written
    folded_locale TEXT   NOT NULL,
    content_type TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    footer       TEXT    NOT NULL,
    edited       INTEGER NOT NULL DEFAULT 0,      -- by an administrator; the file no longer replaces it
    deleted      INTEGER NOT NULL DEFAULT 0,      -- by an administrator; kept so that the file does not bring it back
    PRIMARY KEY (tenant_id, key, folded_locale),
    FOREIGN KEY (tenant_id, key) REFERENCES email_template_type (tenant_id, key) ON DELETE CASCADE
) WITHOUT ROWID;

-- Mails to send. A row is written in the transaction that caused it and blanked once it was sent or gave up.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id    INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    state        TEXT    NOT NULL,                -- queued, sent, failed, dropped
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    expires_at   INTEGER,                         -- no attempt after this
    attempts     INTEGER NOT NULL DEFAULT 0,
    template     TEXT    NOT NULL,
    recipient    TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    message_id   TEXT    NOT NULL,
    recovery_id  INTEGER,                         -- the reset whose code the mail carries; a newer one drops it
    last_error   TEXT,
    finished_at  INTEGER
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_of_recovery ON outbox (recovery_id) WHERE recovery_id IS NOT NULL;

-- Sessions: `admin` ones are the JSESSIONID of the services, `sso` ones the commonAuthId of the browser.
CREATE TABLE session (
    id_hash     BLOB    NOT NULL PRIMARY KEY,     -- SHA-256 of the cookie value
    kind        TEXT    NOT NULL,
    tenant_id   INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    user_name   TEXT    NOT NULL,                 -- as the session shows it: domain prefix kept if it was typed
    created_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,
    idle_limit  INTEGER NOT NULL                  -- milliseconds
) WITHOUT ROWID;
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_by_use ON session (used_at);

CREATE TABLE remember_me (
    token_hash  BLOB    NOT NULL PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    user_name   TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- A login conversation of a browser, named by its sessionDataKey.
CREATE TABLE login_context (
    key_hash    BLOB    NOT NULL PRIMARY KEY,
    relying_party TEXT  NOT NULL,
    kind        TEXT    NOT NULL,                 -- samlsso, or empty for the dashboard
    state       TEXT    NOT NULL,                 -- what the relying party needs back, JSON
    created_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_context_by_age ON login_context (created_at);

-- Refused logins by reason. Every refusal writes here, so that the ones that count something else take no longer.
CREATE TABLE login_tally (
    reason      TEXT    NOT NULL PRIMARY KEY,
    count       INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id   INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    initiator   TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    target      TEXT    NOT NULL,
    data        TEXT    NOT NULL,
    result      TEXT    NOT NULL
);
CREATE INDEX audit_by_time ON audit (tenant_id, at);

-- Questions a tenant offers to users who may have to recover a password. What is behind the last slash of a set's URI
-- names the set: two URIs that end alike are one set, as in IS 5.3.0.
CREATE TABLE challenge_question (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenant(id) ON DELETE CASCADE,
    set_uri       TEXT    NOT NULL,
    set_name      TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    locale        TEXT    NOT NULL,               -- as written
    folded_locale TEXT    NOT NULL,
    question      TEXT    NOT NULL,
    UNIQUE (tenant_id, set_name, question_id, folded_locale)
);

-- Accounts that belong to one person, of whatever store and tenant: all of a group share its key.
CREATE TABLE linked_account (
    user_id     INTEGER NOT NULL PRIMARY KEY REFERENCES user(id) ON DELETE CASCADE,
    group_key   TEXT    NOT NULL
);
CREATE INDEX linked_account_of_group ON linked_account (group_key);

-- Where a user is in a recovery that a program leads step by step: the key of the next step, kept as a keyed hash.
CREATE TABLE recovery_key (
    user_id       INTEGER NOT NULL PRIMARY KEY REFERENCES user(id) ON DELETE CASCADE,
    step          TEXT    NOT NULL,
    key_hash      BLOB    NOT NULL,
    issued_at     INTEGER NOT NULL,
    wrong_answers INTEGER NOT NULL DEFAULT 0      -- to challenge questions, with this key
);
CREATE INDEX recovery_key_by_age ON recovery_key (issued_at);

-- Pictures that people read to show that they are some; each is good for one answer.
CREATE TABLE captcha (
    key_hash    BLOB    NOT NULL PRIMARY KEY,     -- SHA-256 of the key in the picture's address
    text        TEXT    NOT NULL,                 -- sealed
    created_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX captcha_by_age ON captcha (created_at);
