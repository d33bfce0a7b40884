-- The accepted messages. Comments that PostgreSQL, which serves several machines, reads (SQLite's one writer needs none of it):
-- `/* skip locked */` takes rows that nobody else holds, one claim after the other; `/* one at a time by :x */` lets nobody else run
-- the same statement with the same value until this transaction ends.

-- name: twin
-- The same mail that came by another way, or (without Message-ID or Date) within the half hour.
SELECT id FROM inbox WHERE twin = :twin AND received_at >= :since LIMIT 1 /* one at a time by :twin */

-- name: accept
INSERT INTO inbox (channel, source, identity, twin, conversation, sealed, state, due_at, received_at, finished_at, outcome,
    authenticity, authenticity_domain)
VALUES (:channel, :source, :identity, :twin, :conversation, :sealed, :state, :due_at, :received_at, :finished_at, :outcome,
    :authenticity, :authenticity_domain)
ON CONFLICT (identity) DO NOTHING
RETURNING id

-- name: any_of
SELECT 1 AS waits FROM inbox WHERE conversation = :conversation AND state = 'new' LIMIT 1

-- name: any_due
SELECT 1 AS due FROM inbox WHERE state = 'new' AND due_at <= :now LIMIT 1

-- name: claim
-- Due messages, each with its attempt counted, leased until `lease`. A message waits while an earlier one of its conversation is due
-- later, as what is being handled is: order is kept within a conversation. MATERIALIZED: PostgreSQL may run a bare subquery anew for
-- every row, and each time it would lock, and claim, `count` more.
WITH due AS MATERIALIZED (
    SELECT candidate.id FROM inbox AS candidate
    WHERE candidate.state = 'new' AND candidate.due_at <= :now
    AND NOT EXISTS (
        SELECT 1 FROM inbox AS earlier
        WHERE earlier.conversation = candidate.conversation AND earlier.state = 'new'
        AND earlier.id < candidate.id AND earlier.due_at > candidate.due_at
    )
    ORDER BY candidate.due_at, candidate.id LIMIT :count /* skip locked */
)
UPDATE inbox SET attempts = attempts + 1, due_at = :lease WHERE id IN (SELECT id FROM due)
RETURNING id, identity, conversation, sealed, attempts, received_at

-- name: finish
UPDATE inbox SET state = 'done', sealed = NULL, finished_at = :now, outcome = :outcome,
    authenticity = :authenticity, authenticity_domain = :authenticity_domain
WHERE id = :id AND state = 'new'

-- name: retry
UPDATE inbox SET due_at = :due_at, outcome = :outcome WHERE id = :id AND state = 'new'

-- name: wait
-- Put off for no fault of the message: the attempt is given back.
UPDATE inbox SET due_at = :due_at, outcome = :outcome, attempts = attempts - 1 WHERE id = :id AND state = 'new'

-- name: park
UPDATE inbox SET state = 'parked', finished_at = :now, outcome = :outcome WHERE id = :id AND state = 'new'

-- name: parked
SELECT id, channel, source, attempts, received_at, finished_at, outcome FROM inbox WHERE state = 'parked' ORDER BY id

-- name: parked_one
SELECT id, identity, sealed, attempts, received_at, outcome FROM inbox WHERE state = 'parked' AND id = :id

-- name: replay
UPDATE inbox SET state = 'new', attempts = 0, due_at = :now, finished_at = NULL WHERE id = :id AND state = 'parked'

-- name: discard
UPDATE inbox SET state = 'discarded', sealed = NULL, finished_at = :now WHERE id = :id AND state = 'parked'

-- name: waiting
SELECT count(*) AS waiting FROM inbox WHERE state = 'new'
