-- What is old is forgotten, a batch at a time: `old_X` finds the keys of at most :count rows, the `drop_X…` run for each of them.
-- Every `old_X` is served by an index, or reads a table that stays small because of it.

-- name: old_unsent
-- Only what is held, or what a terminal did not fetch, waits that long: all else is sent or given up after three days.
SELECT id AS key FROM outbox WHERE state = 'due' AND created_at < :before ORDER BY due_at, id LIMIT :count

-- name: drop_unsent
DELETE FROM outbox WHERE id = :key

-- name: old_sent
SELECT id AS key FROM outbox WHERE state = 'sent' AND finished_at < :before ORDER BY finished_at LIMIT :count

-- name: drop_sent
DELETE FROM outbox WHERE id = :key

-- name: old_failed
SELECT id AS key FROM outbox WHERE state = 'failed' AND finished_at < :before ORDER BY id LIMIT :count

-- name: drop_failed
DELETE FROM outbox WHERE id = :key

-- name: old_parked
SELECT id AS key FROM inbox WHERE state = 'parked' AND finished_at < :before ORDER BY id LIMIT :count

-- name: drop_parked
UPDATE inbox SET state = 'discarded', sealed = NULL WHERE id = :key AND state = 'parked'

-- name: old_names
SELECT id AS key FROM inbox WHERE conversation <> '' AND received_at < :before AND state IN ('done', 'discarded')
ORDER BY received_at LIMIT :count

-- name: drop_names
-- What is left says that a message was here before, and not whose.
UPDATE inbox SET conversation = '', outcome = '', authenticity = '', authenticity_domain = '' WHERE id = :key

-- name: old_fingerprints
-- Rows are numbered as they came: the oldest are the first.
SELECT id AS key FROM inbox
WHERE id IN (SELECT id FROM inbox ORDER BY id LIMIT :count) AND received_at < :before AND conversation = ''
AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.inbox_id = inbox.id)

-- name: drop_fingerprints
DELETE FROM inbox WHERE id = :key

-- name: old_sessions
-- The oldest are the first: no session outlives half a day.
SELECT id AS key FROM session WHERE id IN (SELECT id FROM session ORDER BY id LIMIT :count) AND last_used_at < :before

-- name: drop_sessions
DELETE FROM session WHERE id = :key

-- name: old_requests
SELECT number AS key FROM request WHERE state <> 'open' AND COALESCE(decided_at, created_at) < :before ORDER BY number LIMIT :count

-- name: drop_requests_notes
DELETE FROM request_note WHERE request_number = :key

-- name: drop_requests_letters
DELETE FROM request_letter WHERE request_number = :key

-- name: drop_requests
DELETE FROM request WHERE number = :key

-- name: old_accounts
SELECT id AS key FROM account WHERE closed_at < :before ORDER BY id LIMIT :count

-- name: drop_accounts_notices
DELETE FROM account_notice WHERE account_id = :key

-- name: drop_accounts_customers
DELETE FROM account_customer WHERE account_id = :key

-- name: drop_accounts_sessions
DELETE FROM session WHERE account_id = :key

-- name: drop_accounts_tokens
DELETE FROM token WHERE account_id = :key

-- name: drop_accounts_requests
UPDATE request SET account_id = NULL, member_id = NULL WHERE account_id = :key

-- name: drop_accounts_chats
DELETE FROM member_chat WHERE member_id IN (SELECT id FROM member WHERE account_id = :key)

-- name: drop_accounts_members
DELETE FROM member WHERE account_id = :key

-- name: drop_accounts
DELETE FROM account WHERE id = :key

-- name: old_members
SELECT id AS key FROM member WHERE state = 'removed' AND changed_at < :before ORDER BY id LIMIT :count

-- name: drop_members_chats
DELETE FROM member_chat WHERE member_id = :key

-- name: drop_members
DELETE FROM member WHERE id = :key

-- name: old_notices
SELECT DISTINCT account_id AS key FROM account_notice WHERE sent_at < :before ORDER BY account_id LIMIT :count

-- name: drop_notices
DELETE FROM account_notice WHERE account_id = :key AND sent_at < :before

-- name: old_correspondents
-- A member's are kept: its STOP counts for the notices of the account.
SELECT conversation AS key FROM correspondent
WHERE seen_at < :before AND NOT EXISTS (
    SELECT 1 FROM member JOIN account ON account.id = member.account_id
    WHERE member.address = substr(correspondent.conversation, 6) AND member.state <> 'removed' AND account.closed_at IS NULL
)
ORDER BY seen_at LIMIT :count

-- name: drop_correspondents
DELETE FROM correspondent WHERE conversation = :key

-- name: old_tallies
SELECT bucket AS key FROM throttle WHERE letters_since < :before AND unrecognised_since < :before ORDER BY bucket LIMIT :count

-- name: drop_tallies
DELETE FROM throttle WHERE bucket = :key

-- name: old_shipments
SELECT id AS key FROM shipment WHERE known_at < :before AND newest_at < :before ORDER BY known_at LIMIT :count

-- name: drop_shipments
-- References and events go with it.
DELETE FROM shipment WHERE id = :key
