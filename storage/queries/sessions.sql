-- Logins.

-- name: open
INSERT INTO session (conversation, account_id, member_id, limited, opened_at, last_used_at, password_confirmed_at)
VALUES (:conversation, :account_id, :member_id, :limited, :now, :now, :password_confirmed_at)
RETURNING id

-- name: by_id
SELECT * FROM session WHERE id = :id

-- name: of_conversation
SELECT * FROM session WHERE conversation = :conversation AND ended_at IS NULL ORDER BY id DESC LIMIT 1

-- name: touch
UPDATE session SET last_used_at = CASE WHEN last_used_at < :now THEN :now ELSE last_used_at END WHERE id = :id AND ended_at IS NULL

-- name: confirm_password
-- A limited session stays limited: it knows a password that no longer opens anything.
UPDATE session SET password_confirmed_at = :now WHERE id = :id AND ended_at IS NULL AND limited = 0

-- name: end
UPDATE session SET ended_at = :now WHERE id = :id AND ended_at IS NULL

-- name: end_of_conversation
UPDATE session SET ended_at = :now WHERE conversation = :conversation AND ended_at IS NULL

-- name: end_of_account
UPDATE session SET ended_at = :now WHERE account_id = :account_id AND ended_at IS NULL AND id <> :but

-- name: end_of_member
UPDATE session SET ended_at = :now WHERE member_id = :member_id AND ended_at IS NULL
