-- What administrators page through, found within their tenant and in the order it is shown.

ALTER TABLE recovery ADD COLUMN tenant_id INTEGER REFERENCES tenant(id) ON DELETE CASCADE;
UPDATE recovery SET tenant_id = (SELECT u.tenant_id FROM user u WHERE u.id = recovery.user_id);
CREATE INDEX recovery_forced ON recovery (tenant_id, id) WHERE forced_by IS NOT NULL;

CREATE INDEX outbox_of_tenant ON outbox (tenant_id, id);
CREATE INDEX outbox_by_state ON outbox (tenant_id, state, id);

CREATE INDEX audit_by_initiator ON audit (tenant_id, lower(initiator), at);
CREATE INDEX audit_by_action ON audit (tenant_id, action, at);
CREATE INDEX audit_by_target ON audit (tenant_id, lower(target), at);
