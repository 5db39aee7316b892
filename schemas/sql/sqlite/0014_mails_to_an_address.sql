-- Who asks for mails to somebody again and again is found by the address.
CREATE INDEX outbox_of_recipient ON outbox (recipient, created_at);
