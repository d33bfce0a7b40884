-- What is remembered of a chat: which menu of commands it was given (a digest), and what its last messages meant, so that an edit that
-- changes nothing can be told (a JSON array of pairs: the message's number, a digest of its meaning). Bounded by the number of chats.
ALTER TABLE correspondent ADD COLUMN menu TEXT NOT NULL DEFAULT '';
ALTER TABLE correspondent ADD COLUMN said TEXT NOT NULL DEFAULT '';
