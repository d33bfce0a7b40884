-- What the desk remembers of messages that lie in a mailbox that it reads (IMAP), until they are filed: how often each was tried, then
-- where it goes. `mailbox` names server, user and mailbox; a UID means something only with its `validity` (RFC 3501 section 2.3.1.1).
-- `digest` is that of the whole content: it finds a handled message again where the mailbox was made anew and all UIDs with it.
-- `marked_at` is when it was tried or decided last.
CREATE TABLE mailbox_mark (
    mailbox TEXT COLLATE "C" NOT NULL,
    validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    size BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    fate TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (fate IN ('', 'done', 'failed', 'expunge')),
    digest BYTEA,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (mailbox, validity, uid)
);
CREATE INDEX mailbox_mark_digest ON mailbox_mark (digest) WHERE digest IS NOT NULL;
