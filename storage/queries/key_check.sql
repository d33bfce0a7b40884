-- One sealed content of each kind that is still needed, to see whether the key opens it. Each is found by a partial index.

-- name: inbox_new
SELECT identity, sealed FROM inbox WHERE state = 'new' ORDER BY due_at, id LIMIT 1

-- name: inbox_parked
SELECT identity, sealed FROM inbox WHERE state = 'parked' ORDER BY id LIMIT 1

-- name: outbox_due
SELECT message_id, sealed FROM outbox WHERE state = 'due' ORDER BY due_at, id LIMIT 1

-- name: outbox_failed
SELECT message_id, sealed FROM outbox WHERE state = 'failed' ORDER BY id LIMIT 1
