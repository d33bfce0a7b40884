-- Accounts: who may ask for what, and what became of it. Moments are microseconds since 1970 UTC. What is not searched and says
-- something about a person (names, telephones, what they wrote) is sealed under AES-GCM; addresses and companies are searched.

-- An access code with its password. Status is never stored: it is derived from these facts (bot/core/accounts/status.py).
CREATE TABLE account (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    company TEXT COLLATE "C" NOT NULL,
    company_folded TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL DEFAULT '',
    password_set_at BIGINT,
    temporary_hash TEXT COLLATE "C" NOT NULL DEFAULT '',
    temporary_expires_at BIGINT,
    temporary_used_at BIGINT,
    temporary_member BIGINT,
    new_code_until BIGINT,
    suspended_at BIGINT,
    closed_at BIGINT,
    reason TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX account_company ON account (company_folded);

-- The carrier's customer numbers of an account: to the shipments that name them it is a party.
CREATE TABLE account_customer (
    account_id BIGINT NOT NULL REFERENCES account (id),
    number TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, number)
);
CREATE INDEX account_customer_number ON account_customer (number);

-- The people who share an access code. `sealed` holds name and telephone.
CREATE TABLE member (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    address TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    sealed BYTEA,
    language TEXT COLLATE "C" NOT NULL DEFAULT '',
    principal BIGINT NOT NULL DEFAULT 0,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'removed')),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    address_changed_at BIGINT,
    bounced_at BIGINT,
    UNIQUE (account_id, address)
);
CREATE INDEX member_address ON member (address);
CREATE INDEX member_domain ON member (domain);

-- Private chats linked to a member; one belongs to nobody else.
CREATE TABLE member_chat (
    chat_id BIGINT PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES member (id),
    linked_at BIGINT NOT NULL
);
CREATE INDEX member_chat_member ON member_chat (member_id);

-- Logins. Ended ones stay until they are swept, for the audit's questions.
CREATE TABLE session (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation TEXT COLLATE "C" NOT NULL,
    account_id BIGINT NOT NULL REFERENCES account (id),
    member_id BIGINT,
    limited BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    password_confirmed_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX session_conversation ON session (conversation) WHERE ended_at IS NULL;
CREATE INDEX session_account ON session (account_id) WHERE ended_at IS NULL;

-- Tokens in letters, by their digest alone. `message_id` is the letter's that carries it.
CREATE TABLE token (
    digest BYTEA PRIMARY KEY,
    purpose TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    assurance BIGINT NOT NULL,
    account_id BIGINT,
    member_id BIGINT,
    session_id BIGINT,
    request_number BIGINT,
    sealed BYTEA,
    message_id TEXT COLLATE "C" NOT NULL DEFAULT '',
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX token_message ON token (message_id) WHERE message_id <> '';
CREATE INDEX token_account ON token (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX token_request ON token (request_number) WHERE request_number IS NOT NULL;
CREATE INDEX token_expires ON token (expires_at);

-- Requests for access and for forgotten passwords. What was claimed, what was on file and the decision's words are sealed.
CREATE TABLE request (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('access', 'password')),
    conversation TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL DEFAULT '',
    claimed BYTEA,
    on_file BYTEA,
    authenticity TEXT COLLATE "C" NOT NULL DEFAULT '',
    state TEXT COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'denied', 'lapsed', 'undone')),
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    account_id BIGINT,
    member_id BIGINT,
    decided_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    decided_at BIGINT,
    decision BYTEA,
    reminders BIGINT NOT NULL DEFAULT 0,
    merged BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX request_open ON request (kind, address) WHERE state = 'open' AND confirmed_at IS NOT NULL;
CREATE INDEX request_address ON request (address);
CREATE INDEX request_account ON request (account_id) WHERE account_id IS NOT NULL;

-- What was said in a request's thread.
CREATE TABLE request_note (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_number BIGINT NOT NULL REFERENCES request (number),
    kind TEXT COLLATE "C" NOT NULL,
    noted_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX request_note_request ON request_note (request_number);

-- Which administrator received which letter about a request.
CREATE TABLE request_letter (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_number BIGINT NOT NULL REFERENCES request (number),
    admin TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX request_letter_request ON request_letter (request_number);
CREATE INDEX request_letter_admin ON request_letter (admin, sent_at);

-- Wrong passwords. `code` is a digest: people type their password where the code belongs. `source` is '' for the count of all
-- strangers together.
CREATE TABLE login_failure (
    code TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (code, source)
);
CREATE INDEX login_failure_last ON login_failure (last_at);

-- Attempts of the whole desk by the minute.
CREATE TABLE login_minute (
    minute BIGINT PRIMARY KEY,
    attempts BIGINT NOT NULL
);

-- Notices that went out, once each for a deadline.
CREATE TABLE account_notice (
    account_id BIGINT NOT NULL REFERENCES account (id),
    kind TEXT COLLATE "C" NOT NULL,
    deadline TEXT COLLATE "C" NOT NULL,
    days BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind, deadline, days)
);

-- Forms and other dialogues under way.
CREATE TABLE draft (
    person TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (person, form)
);

-- The audit trail. `code` chains a row to the one before it under a key that is not in the database; `content` (who, and details) can
-- be erased, its keyed digest stays in the chain.
CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    noted_at BIGINT NOT NULL,
    event TEXT COLLATE "C" NOT NULL,
    account_id BIGINT,
    request_number BIGINT,
    content BYTEA,
    digest BYTEA NOT NULL,
    code BYTEA NOT NULL
);
CREATE INDEX audit_account ON audit (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX audit_noted ON audit (noted_at);

-- The last row of the trail: whoever cuts rows off has to forge this as well. The row's lock keeps two writers in one chain.
CREATE TABLE audit_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last_id BIGINT NOT NULL,
    code BYTEA NOT NULL,
    seal BYTEA NOT NULL
);

-- The shipments of a customer number, and the numbers of a customer's name.
CREATE INDEX shipment_shipper ON shipment (shipper_number) WHERE shipper_number <> '';
CREATE INDEX shipment_consignee ON shipment (consignee_number) WHERE consignee_number <> '';
CREATE INDEX shipment_billto ON shipment (billto_number) WHERE billto_number <> '';
CREATE INDEX shipment_shipper_name ON shipment (shipper_name, shipper_number) WHERE shipper_name <> '';
CREATE INDEX shipment_consignee_name ON shipment (consignee_name, consignee_number) WHERE consignee_name <> '';
