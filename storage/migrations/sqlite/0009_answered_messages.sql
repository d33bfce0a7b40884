-- The letter of ours to which somebody replies in a chat, by the number that Telegram gave to it.
CREATE INDEX outbox_remote ON outbox (conversation, remote_id) WHERE remote_id IS NOT NULL;
