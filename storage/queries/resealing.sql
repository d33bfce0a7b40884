-- Everything that is kept sealed, to be sealed again under another key (storage/resealing.py): NAME lists it, NAME_again writes it.

-- name: inbox
SELECT id, identity, sealed FROM inbox WHERE sealed IS NOT NULL

-- name: inbox_again
UPDATE inbox SET sealed = :sealed WHERE id = :id

-- name: outbox
SELECT id, message_id, sealed FROM outbox WHERE sealed IS NOT NULL

-- name: outbox_again
UPDATE outbox SET sealed = :sealed WHERE id = :id

-- name: member
SELECT id, sealed FROM member WHERE sealed IS NOT NULL

-- name: member_again
UPDATE member SET sealed = :sealed WHERE id = :id

-- name: token
SELECT digest, sealed FROM token WHERE sealed IS NOT NULL

-- name: token_again
UPDATE token SET sealed = :sealed WHERE digest = :digest

-- name: claimed
SELECT number, claimed AS sealed FROM request WHERE claimed IS NOT NULL

-- name: claimed_again
UPDATE request SET claimed = :sealed WHERE number = :number

-- name: on_file
SELECT number, on_file AS sealed FROM request WHERE on_file IS NOT NULL

-- name: on_file_again
UPDATE request SET on_file = :sealed WHERE number = :number

-- name: decision
SELECT number, decision AS sealed FROM request WHERE decision IS NOT NULL

-- name: decision_again
UPDATE request SET decision = :sealed WHERE number = :number

-- name: note
SELECT id, request_number, sealed FROM request_note

-- name: note_again
UPDATE request_note SET sealed = :sealed WHERE id = :id

-- name: draft
SELECT person, form, sealed FROM draft

-- name: draft_again
UPDATE draft SET sealed = :sealed WHERE person = :person AND form = :form
