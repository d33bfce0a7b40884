-- The people on the accounts, and their linked chats.

-- name: of_account
SELECT * FROM member WHERE account_id = :account_id AND state <> 'removed' ORDER BY principal DESC, id

-- name: by_id
SELECT * FROM member WHERE id = :id

-- name: by_address
SELECT * FROM member WHERE address = :address AND state <> 'removed' ORDER BY id

-- name: of_domain
SELECT * FROM member WHERE domain = :domain AND state <> 'removed' ORDER BY id

-- name: by_chat
SELECT member.* FROM member_chat JOIN member ON member.id = member_chat.member_id
WHERE member_chat.chat_id = :chat_id AND member.state <> 'removed'

-- name: domains
SELECT DISTINCT domain FROM member WHERE state <> 'removed'

-- name: add
-- The row of a removed member is used anew, so that an address stands once on an account.
INSERT INTO member (account_id, address, domain, language, principal, state, created_at, changed_at)
VALUES (:account_id, :address, :domain, :language, :principal, :state, :now, :now)
ON CONFLICT (account_id, address) DO UPDATE SET language = :language, principal = :principal, state = :state, created_at = :now,
    changed_at = :now, address_changed_at = NULL, bounced_at = NULL
WHERE member.state = 'removed'
RETURNING id

-- name: set_sealed
UPDATE member SET sealed = :sealed WHERE id = :id

-- name: set_state
UPDATE member SET state = :state, changed_at = :now WHERE id = :id AND state <> :state AND state <> 'removed'

-- name: set_state_from
UPDATE member SET state = :state, changed_at = :now WHERE id = :id AND state = :only_from

-- name: set_language
UPDATE member SET language = :language WHERE id = :id

-- name: set_address
UPDATE member SET address = :address, domain = :domain, address_changed_at = :now, bounced_at = NULL
WHERE id = :id AND NOT EXISTS (
    SELECT 1 FROM member AS other
    WHERE other.account_id = member.account_id AND other.address = :address AND other.id <> member.id AND other.state <> 'removed'
)

-- name: free_address
-- A removed member's row does not keep an address from another member of the account.
UPDATE member SET address = :freed WHERE address = :address AND state = 'removed' AND id <> :id
AND account_id = (SELECT mine.account_id FROM member AS mine WHERE mine.id = :id)

-- name: set_bounced
UPDATE member SET bounced_at = :at WHERE id = :id

-- name: chats
SELECT chat_id FROM member_chat WHERE member_id = :id ORDER BY linked_at, chat_id

-- name: link_chat
INSERT INTO member_chat (chat_id, member_id, linked_at) VALUES (:chat_id, :member_id, :now) ON CONFLICT (chat_id) DO NOTHING

-- name: unlink_chat
DELETE FROM member_chat WHERE chat_id = :chat_id

-- name: unlink_member
DELETE FROM member_chat WHERE member_id = :id

-- name: unlink_account
DELETE FROM member_chat WHERE member_id IN (SELECT id FROM member WHERE account_id = :account_id)
