-- The letters to send.

-- name: add
INSERT INTO outbox (inbox_id, channel, conversation, message_id, template, understood, secret, sealed, due_at, created_at)
VALUES (:inbox_id, :channel, :conversation, :message_id, :template, :understood, :secret, :sealed, :due_at, :created_at)
RETURNING id

-- name: any_due
SELECT 1 AS due FROM outbox WHERE state = 'due' AND due_at <= :now AND channel <> 'terminal' LIMIT 1

-- name: claim
-- Due letters, leased until `lease`; the attempt is counted when it has failed.
WITH due AS MATERIALIZED (
    SELECT id FROM outbox WHERE state = 'due' AND due_at <= :now AND channel <> 'terminal'
    ORDER BY due_at, id LIMIT :count /* skip locked */
)
UPDATE outbox SET due_at = :lease WHERE id IN (SELECT id FROM due)
RETURNING id, channel, conversation, message_id, template, secret, sealed, attempts, created_at

-- name: of_conversation
-- What waits for a terminal: it fetches its own answers.
SELECT id, channel, conversation, message_id, template, secret, sealed, attempts, created_at
FROM outbox WHERE conversation = :conversation AND state = 'due' ORDER BY id

-- name: sent
UPDATE outbox SET state = 'sent', sealed = NULL, attempts = attempts + 1, finished_at = :now WHERE id = :id AND state = 'due'

-- name: retry
UPDATE outbox SET attempts = attempts + 1, due_at = :due_at, last_error = :error WHERE id = :id AND state = 'due'

-- name: give_up
-- The row is kept, with its content: an operator may send it again.
UPDATE outbox SET state = 'failed', attempts = attempts + 1, finished_at = :now, last_error = :error
WHERE id = :id AND state = 'due'

-- name: answered
-- The letter of ours that one of these Message-IDs names.
SELECT id, conversation, template FROM outbox WHERE message_id = :message_id

-- name: hold
-- Put off because the way out is not safe enough: no failure of the letter.
UPDATE outbox SET due_at = :due_at, last_error = :error WHERE id = :id AND state = 'due'

-- name: bounced
-- Only the first report counts.
UPDATE outbox SET bounced_at = :now, bounce_status = :status WHERE id = :id AND bounced_at IS NULL
