-- Browsers of chat visitors that are told when there is an answer: where their push service listens, and the keys they
-- read by. One browser is told for one visitor at a time.
CREATE TABLE push_subscription (
    id UUID PRIMARY KEY,
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    url TEXT NOT NULL UNIQUE,
    p256dh BYTEA NOT NULL,
    auth BYTEA NOT NULL,
    language TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX push_subscription_identifier ON push_subscription (identifier_id, seen_at);
CREATE INDEX push_subscription_seen ON push_subscription (seen_at);
