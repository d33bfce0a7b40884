-- Forms and other dialogues under way.

-- name: get
SELECT sealed FROM draft WHERE person = :person AND form = :form

-- name: put
INSERT INTO draft (person, form, sealed, changed_at) VALUES (:person, :form, :sealed, :now)
ON CONFLICT (person, form) DO UPDATE SET sealed = :sealed, changed_at = :now

-- name: latest
SELECT form, sealed FROM draft WHERE person = :person ORDER BY changed_at DESC, form LIMIT 1

-- name: drop
DELETE FROM draft WHERE person = :person AND form = :form

-- name: sweep
DELETE FROM draft WHERE changed_at < :before
