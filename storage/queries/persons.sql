-- What is held about one person, by the address (:address), a conversation (:key) or a member (:member_id): read whole for `autopro
-- export`, taken away by `autopro forget`. These read whole tables where no index serves: an operator asks a few times a year.

-- name: members
-- Also the row of an address that was given up: it keeps it with a remark (`MemberStore.set_address`).
SELECT member.*, account.code, account.company, account.closed_at FROM member JOIN account ON account.id = member.account_id
WHERE member.address = :address OR substr(member.address, 1, length(:address || ' (until ')) = :address || ' (until '
ORDER BY member.id

-- name: chats
SELECT member_chat.chat_id, member_chat.linked_at FROM member_chat JOIN member ON member.id = member_chat.member_id
WHERE member.address = :address ORDER BY member_chat.chat_id

-- name: requests
SELECT number AS key FROM request WHERE address = :address OR conversation = :key ORDER BY number

-- name: correspondent
SELECT * FROM correspondent WHERE conversation = :key

-- name: inbox
SELECT * FROM inbox WHERE conversation = :key ORDER BY id

-- name: outbox
SELECT * FROM outbox WHERE conversation = :key ORDER BY id

-- name: throttle
SELECT * FROM throttle WHERE bucket IN (:key, :unproved)

-- name: login_failure
SELECT failures, last_at FROM login_failure WHERE source = :key

-- name: draft
SELECT * FROM draft WHERE person = :key ORDER BY form

-- name: token
SELECT * FROM token WHERE person = :key ORDER BY issued_at

-- name: session
SELECT * FROM session WHERE conversation = :key ORDER BY id

-- name: member_session
SELECT * FROM session WHERE member_id = :member_id ORDER BY id

-- name: request_letter
SELECT request_number, sent_at FROM request_letter WHERE admin = :address ORDER BY id

-- name: probe
SELECT * FROM probe WHERE address = :address

-- name: decided
-- Whoever decides by a tap is noted down with their name behind the number (bot/core/accounts/administrators.py).
SELECT number, state, decided_at FROM request
WHERE decided_by = :address OR substr(decided_by, 1, length(:address || ' ')) = :address || ' ' ORDER BY number

-- name: forget_correspondent
DELETE FROM correspondent WHERE conversation = :key

-- name: forget_inbox
-- Messages that wait for their answer keep their place. What a person has set aside loses its words.
UPDATE inbox SET conversation = '', outcome = '', authenticity = '', authenticity_domain = '', sealed = NULL,
    state = CASE WHEN state = 'parked' THEN 'discarded' ELSE state END
WHERE conversation = :key AND state <> 'new'

-- name: forget_outbox
DELETE FROM outbox WHERE conversation = :key

-- name: forget_throttle
DELETE FROM throttle WHERE bucket IN (:key, :unproved)

-- name: forget_login_failure
DELETE FROM login_failure WHERE source = :key

-- name: forget_draft
DELETE FROM draft WHERE person = :key

-- name: forget_token
DELETE FROM token WHERE person = :key

-- name: forget_session
DELETE FROM session WHERE conversation = :key

-- name: forget_member_session
DELETE FROM session WHERE member_id = :member_id

-- name: forget_member_token
DELETE FROM token WHERE member_id = :member_id

-- name: forget_member_request
UPDATE request SET member_id = NULL WHERE member_id = :member_id

-- name: forget_request_token
DELETE FROM token WHERE request_number = :number

-- name: forget_request_letter
DELETE FROM request_letter WHERE admin = :address

-- name: forget_probe
DELETE FROM probe WHERE address = :address

-- name: forget_decided
UPDATE request SET decided_by = ''
WHERE decided_by = :address OR substr(decided_by, 1, length(:address || ' ')) = :address || ' '

-- name: left_members
SELECT count(*) AS members FROM member WHERE account_id = :account_id
