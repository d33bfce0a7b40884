-- Test letters: to the desk itself, to see that mail for its subaddresses comes back, and to administrators, to see what their answers
-- prove. One a recipient, the last; `authentic` is 1 where the answer proved its sender, `reason` and `domain` why or why not.
CREATE TABLE probe (
    address TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    answered_at INTEGER,
    authentic INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    domain TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
