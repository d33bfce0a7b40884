-- Test letters, the last one a recipient.

-- name: sent
INSERT INTO probe (address, message_id, sent_at) VALUES (:address, :message_id, :now)
ON CONFLICT (address) DO UPDATE SET message_id = excluded.message_id, sent_at = excluded.sent_at, answered_at = NULL, authentic = 0,
    reason = '', domain = ''

-- name: answered
UPDATE probe SET answered_at = :now, authentic = :authentic, reason = :reason, domain = :domain WHERE address = :address

-- name: get
SELECT * FROM probe WHERE address = :address

-- name: letter
-- What became of the letter: the row of the outbox.
SELECT state, attempts, last_error, bounced_at, bounce_status FROM outbox WHERE message_id = :message_id
