-- The letters to send.

-- name: add
INSERT INTO outbox (inbox_id, channel, conversation, message_id, template, understood, secret, bulk, sealed, due_at, created_at)
VALUES (:inbox_id, :channel, :conversation, :message_id, :template, :understood, :secret, :bulk, :sealed, :due_at, :created_at)
RETURNING id

-- name: any_due
SELECT 1 AS due FROM outbox WHERE state = 'due' AND due_at <= :now AND channel = 'mail' LIMIT 1

-- name: claim
-- Due letters, leased until `lease`; the attempt is counted when it has failed.
WITH due AS MATERIALIZED (
    SELECT id FROM outbox WHERE state = 'due' AND due_at <= :now AND channel = 'mail'
    ORDER BY due_at, id LIMIT :count /* skip locked */
)
UPDATE outbox SET due_at = :lease WHERE id IN (SELECT id FROM due)
RETURNING id, channel, conversation, message_id, template, secret, bulk, sealed, attempts, created_at

-- name: of_conversation
-- What waits for a terminal: it fetches its own answers.
SELECT id, channel, conversation, message_id, template, secret, bulk, sealed, attempts, created_at
FROM outbox WHERE conversation = :conversation AND state = 'due' ORDER BY id

-- name: sent
UPDATE outbox SET state = 'sent', sealed = NULL, attempts = attempts + 1, finished_at = :now, remote_id = :remote_id
WHERE id = :id AND state = 'due'

-- name: retry
UPDATE outbox SET attempts = attempts + 1, due_at = :due_at, last_error = :error WHERE id = :id AND state = 'due'

-- name: give_up
-- The row is kept, with its content: an operator may send it again.
UPDATE outbox SET state = 'failed', attempts = attempts + 1, finished_at = :now, last_error = :error
WHERE id = :id AND state = 'due'

-- name: answered
-- The letter of ours that one of these Message-IDs names.
SELECT id, conversation, template FROM outbox WHERE message_id = :message_id

-- name: latest_templates
-- What was said last in a conversation, newest first.
SELECT template FROM outbox WHERE conversation = :conversation ORDER BY created_at DESC, id DESC LIMIT 6

-- name: hold
-- Put off because the way out is not safe enough: no failure of the letter.
UPDATE outbox SET due_at = :due_at, last_error = :error WHERE id = :id AND state = 'due'

-- name: bounced
-- Only the first report counts.
UPDATE outbox SET bounced_at = :now, bounce_status = :status WHERE id = :id AND bounced_at IS NULL

-- name: chats_ready
-- Chat messages that may go out, answers first. A chat that was put off keeps all of its messages: their order is kept. What was just
-- written is due when it was made, by the clock of whoever wrote it.
SELECT id FROM outbox AS candidate
WHERE state = 'due' AND channel = 'telegram'
AND NOT EXISTS (
    SELECT 1 FROM outbox AS other
    WHERE other.conversation = candidate.conversation AND other.state = 'due' AND other.channel = 'telegram'
    AND other.due_at > :now AND other.due_at > other.created_at
)
ORDER BY bulk, id LIMIT :count

-- name: chats_put_off
SELECT DISTINCT conversation FROM outbox
WHERE state = 'due' AND channel = 'telegram' AND due_at > :now AND due_at > created_at

-- name: waiting
SELECT id, channel, conversation, message_id, template, secret, bulk, sealed, attempts, created_at
FROM outbox WHERE id = :id AND state = 'due'

-- name: sent_since
-- Chat messages that went out lately: the pace is kept over a restart.
SELECT conversation, finished_at FROM outbox
WHERE state = 'sent' AND finished_at >= :since AND channel = 'telegram' ORDER BY finished_at

-- name: remote_id
SELECT remote_id FROM outbox WHERE message_id = :message_id AND state = 'sent'

-- name: letter_of
SELECT message_id FROM outbox WHERE conversation = :conversation AND remote_id = :remote_id

-- name: forget_chat
-- What waits for a chat that nobody may write to: it would be stale by the time that it is welcome again.
UPDATE outbox SET state = 'failed', sealed = NULL, finished_at = :now, last_error = :error
WHERE conversation = :conversation AND channel = 'telegram' AND state = 'due'
