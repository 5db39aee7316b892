-- A mail that a mail server refused keeps its sealed text while it could still be of use, so that it can be sent again.
CREATE INDEX outbox_kept ON outbox (expires_at) WHERE state = 'failed' AND body <> '';
