-- What the hourly sweep needs to forget what is old without reading all that is young.

-- When a conversation last wrote, to a month or so: one that is silent for long is forgotten.
ALTER TABLE correspondent ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE correspondent SET seen_at = COALESCE(
    (SELECT max(created_at) FROM outbox WHERE outbox.conversation = correspondent.conversation), first_seen
);
CREATE INDEX correspondent_seen ON correspondent (seen_at);

-- Answered messages that still name somebody, sent letters, the letters of a message, and shipments by the last word about them.
CREATE INDEX inbox_named ON inbox (received_at) WHERE conversation <> '';
CREATE INDEX outbox_sent ON outbox (finished_at) WHERE state = 'sent';
CREATE INDEX outbox_inbox ON outbox (inbox_id);
CREATE INDEX shipment_known ON shipment (known_at);

-- The last row of the audit trail that was forgotten: the trail begins after it. `seal` proves that it was the desk that cut it.
CREATE TABLE audit_beginning (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last_id BIGINT NOT NULL,
    code BYTEA NOT NULL,
    seal BYTEA NOT NULL
);
