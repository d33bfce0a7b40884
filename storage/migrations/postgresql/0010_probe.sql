-- Test letters: to the desk itself, to see that mail for its subaddresses comes back, and to administrators, to see what their answers
-- prove. One a recipient, the last; `authentic` is 1 where the answer proved its sender, `reason` and `domain` why or why not.
CREATE TABLE probe (
    address TEXT COLLATE "C" PRIMARY KEY,
    message_id TEXT COLLATE "C" NOT NULL,
    sent_at BIGINT NOT NULL,
    answered_at BIGINT,
    authentic BIGINT NOT NULL DEFAULT 0,
    reason TEXT COLLATE "C" NOT NULL DEFAULT '',
    domain TEXT COLLATE "C" NOT NULL DEFAULT ''
);
