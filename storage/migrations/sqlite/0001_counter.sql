-- What the counter stands on. Moments are microseconds since 1970 UTC.

-- Every accepted message, before anything is done with it. `sealed` is the record under AES-GCM, emptied when it is no longer
-- needed. `identity` makes a second copy of the same message visible; `twin` the same mail arriving by another way. `authenticity`
-- is why the sender counts as authentic or not, and `authenticity_domain` what that is about ('' where nobody had to look).
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    identity BLOB NOT NULL UNIQUE,
    twin BLOB,
    conversation TEXT NOT NULL,
    sealed BLOB,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'parked', 'discarded')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    authenticity TEXT NOT NULL DEFAULT '',
    authenticity_domain TEXT NOT NULL DEFAULT ''
);
CREATE INDEX inbox_due ON inbox (due_at, id) WHERE state = 'new';
CREATE INDEX inbox_parked ON inbox (id) WHERE state = 'parked';
CREATE INDEX inbox_twin ON inbox (twin) WHERE twin IS NOT NULL;

-- Every letter and chat message to send. `sealed` is what is sent, word for word, emptied once sent. `bounced_at` is when a report
-- came that it could not be delivered, `bounce_status` the code of RFC 3463 in it.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox_id INTEGER REFERENCES inbox (id),
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    message_id TEXT NOT NULL,
    template TEXT NOT NULL,
    understood INTEGER NOT NULL DEFAULT 1,
    secret INTEGER NOT NULL DEFAULT 0,
    sealed BLOB,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    last_error TEXT NOT NULL DEFAULT '',
    bounced_at INTEGER,
    bounce_status TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'due';
CREATE INDEX outbox_message ON outbox (message_id);
CREATE INDEX outbox_conversation ON outbox (conversation, created_at);
CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';

-- What the desk remembers of a conversation: language, STOP, the list sent last (a JSON array of shipments' ids), when a letter to it
-- came back for good, and a fingerprint of the subject written last.
CREATE TABLE correspondent (
    conversation TEXT PRIMARY KEY,
    language TEXT NOT NULL DEFAULT '',
    stopped_at INTEGER,
    choices TEXT NOT NULL DEFAULT '',
    choices_at INTEGER,
    bounced_at INTEGER,
    subject TEXT NOT NULL DEFAULT '',
    first_seen INTEGER NOT NULL
) WITHOUT ROWID;

-- How much was written lately, by bucket: an address, the same address unproved, the whole desk, an alert to the operators. `letters`
-- of the hour that began at `letters_since`, `unrecognised` of the 24 hours that began at `unrecognised_since`.
CREATE TABLE throttle (
    bucket TEXT PRIMARY KEY,
    letters INTEGER NOT NULL DEFAULT 0,
    letters_since INTEGER NOT NULL DEFAULT 0,
    unrecognised INTEGER NOT NULL DEFAULT 0,
    unrecognised_since INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Shipments. A PRO number may be recycled after years: it is unique together with its generation. `known_at` is the moment of the
-- newest word that the row comes from: an older message that arrives later fills gaps and replaces nothing. For lists, what the
-- events come to: the present `status`, whether a delay holds (`is_delayed`), and `newest_at`, what the clock at the place of its
-- newest status showed, in microseconds as if it were UTC: a list is sorted and selected by the dates that it prints.
CREATE TABLE shipment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pro TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    origin_city TEXT NOT NULL DEFAULT '',
    origin_province TEXT NOT NULL DEFAULT '',
    destination_city TEXT NOT NULL DEFAULT '',
    destination_province TEXT NOT NULL DEFAULT '',
    pieces INTEGER,
    weight_lb INTEGER,
    picked_up_on TEXT NOT NULL DEFAULT '',
    estimated_on TEXT NOT NULL DEFAULT '',
    shipper_number TEXT NOT NULL DEFAULT '',
    shipper_name TEXT NOT NULL DEFAULT '',
    consignee_number TEXT NOT NULL DEFAULT '',
    consignee_name TEXT NOT NULL DEFAULT '',
    billto_number TEXT NOT NULL DEFAULT '',
    known_at INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'BOOKED',
    is_delayed INTEGER NOT NULL DEFAULT 0,
    newest_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (pro, generation)
);
CREATE INDEX shipment_of_shipper ON shipment (shipper_number, newest_at, id, status, is_delayed, estimated_on);
CREATE INDEX shipment_of_consignee ON shipment (consignee_number, newest_at, id, status, is_delayed, estimated_on);
CREATE INDEX shipment_of_billto ON shipment (billto_number, newest_at, id, status, is_delayed, estimated_on);

-- The other numbers of a shipment; `folded` is what a search compares (upper case, letters and digits only). `from_row` is 1 where a
-- row of a shipments file gave it: the next row replaces those, and leaves what messages gave.
CREATE TABLE shipment_reference (
    shipment_id INTEGER NOT NULL REFERENCES shipment (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    folded TEXT NOT NULL,
    from_row INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, folded, shipment_id)
) WITHOUT ROWID;
CREATE INDEX shipment_reference_shipment ON shipment_reference (shipment_id, kind, folded, value);

-- What happened to it. `occurred_at` is UTC, `offset_minutes` that of the place; `time_known` is 0 where only a date was given.
-- `sequence` counts a shipment's events in the order they were told, so that two of one moment stay two.
CREATE TABLE shipment_event (
    shipment_id INTEGER NOT NULL REFERENCES shipment (id) ON DELETE CASCADE,
    occurred_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    offset_minutes INTEGER NOT NULL,
    time_known INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT '',
    flag TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    province TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    signed_by TEXT NOT NULL DEFAULT '',
    raw TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (shipment_id, occurred_at, sequence)
) WITHOUT ROWID;
