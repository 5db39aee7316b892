-- What a tenant signs with; the super tenant signs with the key of the server, which is a file. Made when it is first needed.
CREATE TABLE tenant_key (
    tenant_id   INTEGER NOT NULL PRIMARY KEY REFERENCES tenant(id) ON DELETE CASCADE,
    private_key TEXT    NOT NULL,                 -- sealed; base64 of PKCS #8
    certificate TEXT    NOT NULL                  -- base64, without line breaks
);
