-- Whether what a service provider learns of a user is encrypted with the key in its certificate.
ALTER TABLE service_provider ADD COLUMN encrypt_assertion INTEGER NOT NULL DEFAULT 0;
