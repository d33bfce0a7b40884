-- Requests for access and for forgotten passwords, what was said about them, and who received which letter.

-- name: open
INSERT INTO request (kind, conversation, address, language, authenticity, created_at, confirmed_at, account_id, member_id)
VALUES (:kind, :conversation, :address, :language, :authenticity, :now, :confirmed_at, :account_id, :member_id)
ON CONFLICT DO NOTHING
RETURNING number

-- name: set_words
UPDATE request SET claimed = :claimed, on_file = :on_file WHERE number = :number

-- name: get
SELECT * FROM request WHERE number = :number

-- name: open_of
SELECT * FROM request WHERE kind = :kind AND address = :address AND state = 'open' AND confirmed_at IS NOT NULL

-- name: of_address
SELECT * FROM request WHERE address = :address ORDER BY number DESC

-- name: of_account
SELECT * FROM request WHERE account_id = :account_id ORDER BY number DESC

-- name: in_state
SELECT * FROM request WHERE state = :state ORDER BY number

-- name: confirmed_in_state
SELECT * FROM request WHERE state = :state AND confirmed_at IS NOT NULL ORDER BY number

-- name: all
SELECT * FROM request ORDER BY number

-- name: merge
UPDATE request SET claimed = :claimed, merged = merged + 1 WHERE number = :number AND state = 'open'

-- name: confirm
UPDATE request SET confirmed_at = :now WHERE number = :number AND confirmed_at IS NULL AND state = 'open' AND NOT EXISTS (
    SELECT 1 FROM request AS other WHERE other.kind = request.kind AND other.address = request.address AND other.state = 'open'
    AND other.confirmed_at IS NOT NULL
)

-- name: decide
-- The first decision wins.
UPDATE request SET state = :state, decided_by = :by, decided_at = :now, decision = :decision
WHERE number = :number AND state = 'open'

-- name: undo
UPDATE request SET state = 'undone', decided_by = :by, decided_at = :now WHERE number = :number AND state = 'approved'

-- name: reopen
UPDATE request SET state = 'open', decided_by = '', decided_at = NULL, decision = NULL, reminders = 0
WHERE number = :number AND state <> 'open' AND NOT EXISTS (
    SELECT 1 FROM request AS other WHERE other.kind = request.kind AND other.address = request.address AND other.state = 'open'
    AND other.confirmed_at IS NOT NULL
)

-- name: concerns
UPDATE request SET account_id = :account_id, member_id = :member_id WHERE number = :number

-- name: remind
UPDATE request SET reminders = :reminders WHERE number = :number AND reminders < :reminders AND state = 'open'

-- name: add_note
INSERT INTO request_note (request_number, kind, noted_at, sealed) VALUES (:number, :kind, :at, :sealed)

-- name: notes
SELECT kind, noted_at, sealed FROM request_note WHERE request_number = :number ORDER BY id

-- name: add_letter
INSERT INTO request_letter (request_number, admin, message_id, sent_at) VALUES (:number, :admin, :message_id, :at)

-- name: letters
SELECT admin, message_id, sent_at FROM request_letter WHERE request_number = :number ORDER BY id

-- name: letters_since
SELECT count(DISTINCT request_number) AS letters FROM request_letter WHERE admin = :admin AND sent_at >= :since

-- name: without_letter
SELECT * FROM request WHERE state = 'open' AND confirmed_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM request_letter WHERE request_letter.request_number = request.number AND request_letter.admin = :admin
)
ORDER BY number
