-- The fabric: endpoints, identity, conversations, entries, deliveries, and what works behind them.
-- Times are milliseconds since 1970 (…_at); JSON is text.

CREATE TABLE endpoint (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    brand TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One phone number (per epoch), address, account, visitor or handle. `customer_id` is computed from the
-- assertions: the id of the oldest identifier of the same person; `automatic_id` is the same without what
-- members merged, and decides where a message goes among the conversations of merged customers.
CREATE TABLE identifier (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    born_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    customer_id UUID NOT NULL,
    automatic_id UUID NOT NULL,
    name TEXT,
    UNIQUE (kind, value, epoch)
);
CREATE INDEX identifier_customer ON identifier (customer_id);

-- What people at the desk or the account system say about a customer. Kept on the identifier that was the
-- customer's id when it was said, so that an unmerge gives everyone back their own.
CREATE TABLE customer_profile (
    customer_id UUID PRIMARY KEY REFERENCES identifier (id),
    name TEXT,
    attributes TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Append-only: the evidence identity is computed from.
CREATE TABLE assertion (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    a UUID NOT NULL REFERENCES identifier (id),
    b UUID REFERENCES identifier (id),
    retracts UUID REFERENCES assertion (id),
    assurance BIGINT NOT NULL,
    by_human BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX assertion_a ON assertion (a);
CREATE INDEX assertion_b ON assertion (b);
CREATE INDEX assertion_retracts ON assertion (retracts);

-- Computed with the customers: pairs a person should look at.
CREATE TABLE suggestion (
    a UUID NOT NULL,
    b UUID NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    reasons TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (a, b)
);
CREATE INDEX suggestion_b ON suggestion (b);

-- Keys under which similar people find each other for suggestions.
CREATE TABLE blocking_key (
    key TEXT NOT NULL,
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    PRIMARY KEY (key, identifier_id)
);
CREATE INDEX blocking_key_identifier ON blocking_key (identifier_id);

-- The case. Its customer is the customer of the identifier that started it.
CREATE TABLE conversation (
    id UUID PRIMARY KEY,
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    brand TEXT NOT NULL,
    status TEXT NOT NULL,
    subject TEXT,
    priority TEXT NOT NULL,
    owner_id UUID,
    fields TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    resolved_at BIGINT,
    snoozed_until BIGINT
);
CREATE INDEX conversation_identifier ON conversation (identifier_id, updated_at);
CREATE INDEX conversation_status ON conversation (status, updated_at);
CREATE INDEX conversation_updated ON conversation (updated_at);

-- One stretch of contact of one identifier on one endpoint within one conversation.
CREATE TABLE interaction (
    id UUID PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    endpoint_id UUID NOT NULL REFERENCES endpoint (id),
    channel TEXT NOT NULL,
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    started_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    UNIQUE (conversation_id, endpoint_id, identifier_id)
);
CREATE INDEX interaction_identifier ON interaction (identifier_id, endpoint_id, last_at);

-- The timeline. Gapless per conversation: the number is taken under the conversation's lock.
CREATE TABLE entry (
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    seq BIGINT NOT NULL,
    id UUID NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    author_kind TEXT NOT NULL,
    author_id UUID,
    author_name TEXT,
    interaction_id UUID REFERENCES interaction (id),
    channel TEXT,
    public BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX entry_interaction ON entry (interaction_id);

-- What providers sent, exactly once per endpoint and provider id.
CREATE TABLE inbound (
    endpoint_id UUID NOT NULL REFERENCES endpoint (id),
    provider_id TEXT NOT NULL,
    id UUID NOT NULL UNIQUE,
    received_at BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    body BYTEA,
    object_key TEXT,
    conversation_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (endpoint_id, provider_id)
);
CREATE INDEX inbound_received ON inbound (received_at);
CREATE INDEX inbound_entry ON inbound (conversation_id, seq);
CREATE INDEX inbound_object ON inbound (object_key) WHERE object_key IS NOT NULL;

-- Message-IDs of mail, for threading by References.
CREATE TABLE mail_message (
    message_id TEXT NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    interaction_id UUID NOT NULL REFERENCES interaction (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, conversation_id)
);
CREATE INDEX mail_message_interaction ON mail_message (interaction_id, at);

-- How far a mailbox has been read.
CREATE TABLE mailbox_cursor (
    endpoint_id UUID PRIMARY KEY REFERENCES endpoint (id),
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What the customer has already told: the latest value of each name; the ledger is the entries.
CREATE TABLE fact (
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, name)
);

CREATE TABLE attachment (
    id UUID PRIMARY KEY,
    conversation_id UUID REFERENCES conversation (id),
    entry_id UUID,
    uploader TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    object_key TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    content_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX attachment_entry ON attachment (entry_id);
CREATE INDEX attachment_conversation ON attachment (conversation_id);
CREATE INDEX attachment_uploader ON attachment (uploader, created_at);

-- How well the person in an interaction is proven, for how long.
CREATE TABLE proof (
    id UUID PRIMARY KEY,
    holder_id UUID NOT NULL REFERENCES identifier (id),
    proven_id UUID NOT NULL REFERENCES identifier (id),
    assurance BIGINT NOT NULL,
    method TEXT NOT NULL,
    at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX proof_holder ON proof (holder_id, expires_at);

-- A code sent to `target`, to prove that `holder` reads what is sent there. With a conversation, proving it
-- also carries that conversation to the target's channel.
CREATE TABLE one_time_code (
    id UUID PRIMARY KEY,
    holder_id UUID NOT NULL REFERENCES identifier (id),
    target_id UUID NOT NULL REFERENCES identifier (id),
    conversation_id UUID,
    code_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX one_time_code_holder ON one_time_code (holder_id, created_at);
CREATE INDEX one_time_code_target ON one_time_code (target_id, created_at);
CREATE INDEX one_time_code_expiry ON one_time_code (expires_at);

-- Chat visitors that signed out or were replaced: their tokens count no more.
CREATE TABLE retired_visitor (
    identifier_id UUID PRIMARY KEY REFERENCES identifier (id),
    at BIGINT NOT NULL
);

-- A link a member made for whoever is behind `identifier`; it works once, and what it proves is what was proven
-- when it was made.
CREATE TABLE resume_link (
    id UUID PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    assurance BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX resume_link_expiry ON resume_link (expires_at);

-- Addresses that must not be written to on an endpoint.
CREATE TABLE opt_out (
    endpoint_id UUID NOT NULL REFERENCES endpoint (id),
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    at BIGINT NOT NULL,
    confirmed BOOLEAN NOT NULL,
    PRIMARY KEY (endpoint_id, identifier_id)
);

-- The outbox.
CREATE TABLE delivery (
    id UUID PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    seq BIGINT NOT NULL,
    interaction_id UUID NOT NULL REFERENCES interaction (id),
    endpoint_id UUID NOT NULL REFERENCES endpoint (id),
    channel TEXT NOT NULL,
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    client_message_id TEXT NOT NULL,
    automatic BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    provider_id TEXT,
    parts BIGINT,
    attempts BIGINT NOT NULL,
    code TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (conversation_id, client_message_id)
);
CREATE INDEX delivery_provider ON delivery (endpoint_id, provider_id);
CREATE INDEX delivery_entry ON delivery (conversation_id, seq);
CREATE INDEX delivery_status ON delivery (status, updated_at);

CREATE TABLE delivery_attempt (
    delivery_id UUID NOT NULL REFERENCES delivery (id),
    number BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    detail TEXT,
    PRIMARY KEY (delivery_id, number)
);

-- Work for later. `key` serialises: of one (kind, key) only the oldest runs.
CREATE TABLE job (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    lease_until BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_key ON job (kind, key, id);

-- Secrets are derived from the installation's key and the ids in `secrets`; none is stored. `failing_since` is when
-- the present row of failures began.
CREATE TABLE webhook (
    id UUID PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    secrets TEXT NOT NULL,
    events TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    disabled_reason TEXT,
    failing_since BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_enabled ON webhook (enabled);

-- One event for one subscriber. `attempts` counts since it was made or replayed last.
CREATE TABLE webhook_delivery (
    id UUID PRIMARY KEY,
    webhook_id UUID NOT NULL REFERENCES webhook (id),
    event_id UUID NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT,
    response_code BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_status ON webhook_delivery (status, updated_at);

CREATE TABLE webhook_attempt (
    delivery_id UUID NOT NULL REFERENCES webhook_delivery (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    response_code BIGINT,
    response_start TEXT,
    error TEXT,
    PRIMARY KEY (delivery_id, number)
);

CREATE TABLE member (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE member_session (
    token_hash TEXT PRIMARY KEY,
    member_id UUID NOT NULL REFERENCES member (id),
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_session_member ON member_session (member_id);
CREATE INDEX member_session_expiry ON member_session (expires_at);

CREATE TABLE invite (
    token_hash TEXT PRIMARY KEY,
    member_id UUID NOT NULL REFERENCES member (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE api_token (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE idempotency (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT,
    body TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE audit (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
