-- The hash of the password before the last change, "" for none: whoever still uses it hears that it was changed, instead of being
-- locked out. It is forgotten when the present password expires, and when the account closes.
ALTER TABLE account ADD COLUMN previous_hash TEXT COLLATE "C" NOT NULL DEFAULT '';
