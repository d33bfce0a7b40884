-- When the calendar sweep last ran: over a restart its only witness that the machine's clock did not go back.
CREATE TABLE sweep (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    swept_at BIGINT NOT NULL
);
