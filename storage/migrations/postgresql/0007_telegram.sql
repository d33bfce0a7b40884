-- Chats: what is needed to send their messages in order, at Telegram's pace, and not to those who have blocked the desk.

-- `remote_id` is the number that Telegram gave to a message. `bulk` is 1 for what nobody has just asked for: answers overtake it.
ALTER TABLE outbox ADD COLUMN remote_id BIGINT;
ALTER TABLE outbox ADD COLUMN bulk BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_chats ON outbox (bulk, id) WHERE state = 'due' AND channel = 'telegram';
CREATE INDEX outbox_chat ON outbox (conversation, due_at) WHERE state = 'due' AND channel = 'telegram';

-- `paused_at`: when Telegram said that the desk may not write there; NULL as soon as it may again.
ALTER TABLE correspondent ADD COLUMN paused_at BIGINT;

-- What waits of one conversation: order is kept in it.
CREATE INDEX inbox_conversation ON inbox (conversation, id) WHERE state = 'new';
