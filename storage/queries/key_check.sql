-- One sealed content of each kind that is still needed, to see whether the key opens it. Each is found by a partial index, or as the
-- newest of its table.

-- name: inbox_new
SELECT identity, sealed FROM inbox WHERE state = 'new' ORDER BY due_at, id LIMIT 1

-- name: inbox_parked
SELECT identity, sealed FROM inbox WHERE state = 'parked' ORDER BY id LIMIT 1

-- name: outbox_due
SELECT message_id, sealed FROM outbox WHERE state = 'due' ORDER BY due_at, id LIMIT 1

-- name: outbox_failed
SELECT message_id, sealed FROM outbox WHERE state = 'failed' ORDER BY id LIMIT 1

-- name: member
SELECT id, sealed FROM member WHERE sealed IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: audit
SELECT id, content AS sealed FROM audit WHERE content IS NOT NULL ORDER BY id DESC LIMIT 1
