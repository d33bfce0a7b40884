-- What is remembered of messages in a mailbox until they are filed.

-- name: between
SELECT uid, size, tries, fate FROM mailbox_mark
WHERE mailbox = :mailbox AND validity = :validity AND uid BETWEEN :first AND :last

-- name: begin
-- A mark of another size is of another message: some servers give a UIDVALIDITY twice.
INSERT INTO mailbox_mark (mailbox, validity, uid, size, tries, marked_at) VALUES (:mailbox, :validity, :uid, :size, 1, :now)
ON CONFLICT (mailbox, validity, uid) DO UPDATE SET
    tries = CASE WHEN mailbox_mark.size = excluded.size THEN mailbox_mark.tries + 1 ELSE 1 END,
    size = excluded.size, fate = '', digest = NULL, marked_at = excluded.marked_at

-- name: decide
INSERT INTO mailbox_mark (mailbox, validity, uid, size, fate, digest, marked_at)
VALUES (:mailbox, :validity, :uid, :size, :fate, :digest, :now)
ON CONFLICT (mailbox, validity, uid) DO UPDATE SET
    size = excluded.size, fate = excluded.fate, digest = excluded.digest, marked_at = excluded.marked_at

-- name: elsewhere
-- A message that was decided under another UIDVALIDITY and never filed.
SELECT validity, uid, fate FROM mailbox_mark
WHERE digest = :digest AND mailbox = :mailbox AND validity <> :validity AND fate <> '' ORDER BY validity, uid LIMIT 1

-- name: forget
DELETE FROM mailbox_mark WHERE mailbox = :mailbox AND validity = :validity AND uid = :uid

-- name: all
SELECT validity, uid, marked_at FROM mailbox_mark WHERE mailbox = :mailbox ORDER BY validity, uid
