-- Wrong passwords by access code (its digest) and source; the source '' counts all strangers together.

-- name: failures
SELECT failures, last_at FROM login_failure WHERE code = :code AND source = :source

-- name: count
INSERT INTO login_failure (code, source, failures, last_at) VALUES (:code, :source, 1, :now)
ON CONFLICT (code, source) DO UPDATE SET
    failures = CASE WHEN login_failure.last_at <= :forgotten OR login_failure.last_at >= :ahead THEN 1
        ELSE login_failure.failures + 1 END, last_at = :now

-- name: forgive
DELETE FROM login_failure WHERE code = :code AND source = :source

-- name: forgive_stranger
UPDATE login_failure SET failures = failures - 1 WHERE code = :code AND source = :source AND failures > 0

-- name: take_back
UPDATE login_failure SET failures = failures - 1, last_at = CASE WHEN last_at = :counted_at THEN :before ELSE last_at END
WHERE code = :code AND source = :source AND failures > 0

-- name: unlock
DELETE FROM login_failure WHERE code = :code

-- name: in_minute
INSERT INTO login_minute (minute, attempts) VALUES (:minute, 1)
ON CONFLICT (minute) DO UPDATE SET attempts = login_minute.attempts + 1
RETURNING attempts

-- name: sweep
DELETE FROM login_failure WHERE last_at < :before

-- name: sweep_minutes
DELETE FROM login_minute WHERE minute < :minute
