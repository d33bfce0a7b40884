-- The audit trail. Rows are appended under the head's row lock, so that two writers make one chain.

-- name: begin
INSERT INTO audit_head (one, last_id, code, seal) VALUES (1, 0, :code, :seal) ON CONFLICT (one) DO NOTHING

-- name: take_head
UPDATE audit_head SET last_id = last_id WHERE one = 1 RETURNING last_id, code

-- name: head
SELECT last_id, code, seal FROM audit_head WHERE one = 1

-- name: set_head
UPDATE audit_head SET last_id = :id, code = :code, seal = :seal WHERE one = 1

-- name: add
INSERT INTO audit (id, noted_at, event, account_id, request_number, content, digest, code)
VALUES (:id, :at, :event, :account_id, :request_number, :content, :digest, :code)

-- name: part
SELECT * FROM audit WHERE id > :after ORDER BY id LIMIT :count

-- name: since
SELECT * FROM audit WHERE noted_at >= :since ORDER BY id LIMIT :count

-- name: of_account
SELECT * FROM audit WHERE noted_at >= :since AND account_id = :account_id ORDER BY id LIMIT :count

-- name: erasable_of_account
SELECT id FROM audit WHERE account_id = :account_id AND content IS NOT NULL AND event <> :erased ORDER BY id

-- name: erase
UPDATE audit SET content = NULL WHERE id = :id AND content IS NOT NULL AND event <> :erased

-- name: beginning
SELECT last_id, code, seal FROM audit_beginning WHERE one = 1

-- name: set_beginning
INSERT INTO audit_beginning (one, last_id, code, seal) VALUES (1, :id, :code, :seal)
ON CONFLICT (one) DO UPDATE SET last_id = excluded.last_id, code = excluded.code, seal = excluded.seal

-- name: forget_to
DELETE FROM audit WHERE id <= :id

-- name: chain_again
UPDATE audit SET content = :content, digest = :digest, code = :code WHERE id = :id
