-- The calendar sweep's own memory.

-- name: last
SELECT swept_at FROM sweep WHERE one = 1

-- name: note
INSERT INTO sweep (one, swept_at) VALUES (1, :now) ON CONFLICT (one) DO UPDATE SET swept_at = excluded.swept_at
