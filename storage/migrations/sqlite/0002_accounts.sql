-- Accounts: who may ask for what, and what became of it. Moments are microseconds since 1970 UTC. What is not searched and says
-- something about a person (names, telephones, what they wrote) is sealed under AES-GCM; addresses and companies are searched.

-- An access code with its password. Status is never stored: it is derived from these facts (bot/core/accounts/status.py).
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    company TEXT NOT NULL,
    company_folded TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    password_hash TEXT NOT NULL DEFAULT '',
    password_set_at INTEGER,
    temporary_hash TEXT NOT NULL DEFAULT '',
    temporary_expires_at INTEGER,
    temporary_used_at INTEGER,
    temporary_member INTEGER,
    new_code_until INTEGER,
    suspended_at INTEGER,
    closed_at INTEGER,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX account_company ON account (company_folded);

-- The carrier's customer numbers of an account: to the shipments that name them it is a party.
CREATE TABLE account_customer (
    account_id INTEGER NOT NULL REFERENCES account (id),
    number TEXT NOT NULL,
    PRIMARY KEY (account_id, number)
) WITHOUT ROWID;
CREATE INDEX account_customer_number ON account_customer (number);

-- The people who share an access code. `sealed` holds name and telephone.
CREATE TABLE member (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id),
    address TEXT NOT NULL,
    domain TEXT NOT NULL,
    sealed BLOB,
    language TEXT NOT NULL DEFAULT '',
    principal INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'removed')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    address_changed_at INTEGER,
    bounced_at INTEGER,
    UNIQUE (account_id, address)
);
CREATE INDEX member_address ON member (address);
CREATE INDEX member_domain ON member (domain);

-- Private chats linked to a member; one belongs to nobody else.
CREATE TABLE member_chat (
    chat_id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member (id),
    linked_at INTEGER NOT NULL
);
CREATE INDEX member_chat_member ON member_chat (member_id);

-- Logins. Ended ones stay until they are swept, for the audit's questions.
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account (id),
    member_id INTEGER,
    limited INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    password_confirmed_at INTEGER,
    ended_at INTEGER
);
CREATE INDEX session_conversation ON session (conversation) WHERE ended_at IS NULL;
CREATE INDEX session_account ON session (account_id) WHERE ended_at IS NULL;

-- Tokens in letters, by their digest alone. `message_id` is the letter's that carries it.
CREATE TABLE token (
    digest BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    person TEXT NOT NULL,
    assurance INTEGER NOT NULL,
    account_id INTEGER,
    member_id INTEGER,
    session_id INTEGER,
    request_number INTEGER,
    sealed BLOB,
    message_id TEXT NOT NULL DEFAULT '',
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER
);
CREATE INDEX token_message ON token (message_id) WHERE message_id <> '';
CREATE INDEX token_account ON token (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX token_request ON token (request_number) WHERE request_number IS NOT NULL;
CREATE INDEX token_expires ON token (expires_at);

-- Requests for access and for forgotten passwords. What was claimed, what was on file and the decision's words are sealed.
CREATE TABLE request (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'password')),
    conversation TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    claimed BLOB,
    on_file BLOB,
    authenticity TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'denied', 'lapsed', 'undone')),
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    account_id INTEGER,
    member_id INTEGER,
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at INTEGER,
    decision BLOB,
    reminders INTEGER NOT NULL DEFAULT 0,
    merged INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX request_open ON request (kind, address) WHERE state = 'open' AND confirmed_at IS NOT NULL;
CREATE INDEX request_address ON request (address);
CREATE INDEX request_account ON request (account_id) WHERE account_id IS NOT NULL;

-- What was said in a request's thread.
CREATE TABLE request_note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_number INTEGER NOT NULL REFERENCES request (number),
    kind TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
);
CREATE INDEX request_note_request ON request_note (request_number);

-- Which administrator received which letter about a request.
CREATE TABLE request_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_number INTEGER NOT NULL REFERENCES request (number),
    admin TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sent_at INTEGER NOT NULL
);
CREATE INDEX request_letter_request ON request_letter (request_number);
CREATE INDEX request_letter_admin ON request_letter (admin, sent_at);

-- Wrong passwords. `code` is a digest: people type their password where the code belongs. `source` is '' for the count of all
-- strangers together.
CREATE TABLE login_failure (
    code TEXT NOT NULL,
    source TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (code, source)
) WITHOUT ROWID;
CREATE INDEX login_failure_last ON login_failure (last_at);

-- Attempts of the whole desk by the minute.
CREATE TABLE login_minute (
    minute INTEGER PRIMARY KEY,
    attempts INTEGER NOT NULL
);

-- Notices that went out, once each for a deadline.
CREATE TABLE account_notice (
    account_id INTEGER NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    deadline TEXT NOT NULL,
    days INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind, deadline, days)
) WITHOUT ROWID;

-- Forms and other dialogues under way.
CREATE TABLE draft (
    person TEXT NOT NULL,
    form TEXT NOT NULL,
    sealed BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (person, form)
) WITHOUT ROWID;

-- The audit trail. `code` chains a row to the one before it under a key that is not in the database; `content` (who, and details) can
-- be erased, its keyed digest stays in the chain.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    noted_at INTEGER NOT NULL,
    event TEXT NOT NULL,
    account_id INTEGER,
    request_number INTEGER,
    content BLOB,
    digest BLOB NOT NULL,
    code BLOB NOT NULL
);
CREATE INDEX audit_account ON audit (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX audit_noted ON audit (noted_at);

-- The last row of the trail: whoever cuts rows off has to forge this as well. The row's lock keeps two writers in one chain.
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_id INTEGER NOT NULL,
    code BLOB NOT NULL,
    seal BLOB NOT NULL
);

-- The shipments of a customer number, and the numbers of a customer's name.
CREATE INDEX shipment_shipper ON shipment (shipper_number) WHERE shipper_number <> '';
CREATE INDEX shipment_consignee ON shipment (consignee_number) WHERE consignee_number <> '';
CREATE INDEX shipment_billto ON shipment (billto_number) WHERE billto_number <> '';
CREATE INDEX shipment_shipper_name ON shipment (shipper_name, shipper_number) WHERE shipper_name <> '';
CREATE INDEX shipment_consignee_name ON shipment (consignee_name, consignee_number) WHERE consignee_name <> '';
