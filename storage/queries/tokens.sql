-- Tokens in letters.

-- name: issue
INSERT INTO token (digest, purpose, person, assurance, account_id, member_id, session_id, request_number, sealed, message_id,
    issued_at, expires_at)
VALUES (:digest, :purpose, :person, :assurance, :account_id, :member_id, :session_id, :request_number, :sealed, :message_id,
    :now, :expires_at)

-- name: find
SELECT * FROM token WHERE digest = :digest

-- name: find_by_message
SELECT * FROM token WHERE message_id = :message_id AND message_id <> '' AND purpose <> 'bounce' ORDER BY issued_at DESC LIMIT 1

-- name: carried_by
UPDATE token SET message_id = :message_id WHERE digest = :digest

-- name: use
UPDATE token SET used_at = :now WHERE digest = :digest AND used_at IS NULL AND revoked_at IS NULL

-- name: revoke_request
UPDATE token SET revoked_at = :now WHERE request_number = :request_number AND revoked_at IS NULL

-- name: revoke_request_purpose
UPDATE token SET revoked_at = :now WHERE request_number = :request_number AND revoked_at IS NULL AND purpose = :purpose

-- name: revoke_account
UPDATE token SET revoked_at = :now WHERE account_id = :account_id AND revoked_at IS NULL

-- name: revoke_account_purpose
UPDATE token SET revoked_at = :now WHERE account_id = :account_id AND revoked_at IS NULL AND purpose = :purpose

-- name: revoke_member
UPDATE token SET revoked_at = :now WHERE member_id = :member_id AND revoked_at IS NULL

-- name: sweep
DELETE FROM token WHERE expires_at < :before
