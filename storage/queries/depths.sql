-- name: depths
-- What a terminal did not fetch is nobody's delivery: it does not count. Nor does what was not sent to a chat that has blocked the
-- desk: its content is forgotten, and there is nothing to be done about it.
SELECT
    (SELECT count(*) FROM inbox WHERE state = 'new') AS inbox_waiting,
    (SELECT coalesce(min(received_at), 0) FROM inbox WHERE state = 'new') AS inbox_oldest,
    (SELECT count(*) FROM inbox WHERE state = 'parked') AS inbox_parked,
    (SELECT count(*) FROM outbox WHERE state = 'due' AND channel <> 'terminal') AS outbox_waiting,
    (SELECT coalesce(min(created_at), 0) FROM outbox WHERE state = 'due' AND channel <> 'terminal') AS outbox_oldest,
    (SELECT count(*) FROM outbox WHERE state = 'failed' AND sealed IS NOT NULL) AS outbox_failed
