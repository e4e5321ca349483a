-- The rules in force and how they came to be, approvals by people in charge, and what was decided about messages.
-- Times are milliseconds since 1970 (…_at, at); JSON is text.

-- Every policy that was published, never changed. `kind` is 'business' or 'delivery'; the highest number is in force.
-- `version` is the hash of the files, which every decision names; `restores` the number whose files it brings back.
CREATE TABLE policy_version (
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    version TEXT NOT NULL,
    sources TEXT NOT NULL,
    note TEXT NOT NULL,
    proof TEXT NOT NULL,
    proofs TEXT NOT NULL,
    overridden TEXT,
    restores BIGINT,
    published_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, number)
);
CREATE INDEX policy_version_hash ON policy_version (kind, version);

-- Somebody with a say is asked to agree to one exact action. `hash` is that of action and arguments; `rules` are those
-- that stand in the way, as they were worded when it was asked.
CREATE TABLE approval (
    id UUID PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    tool TEXT NOT NULL,
    action TEXT NOT NULL,
    arguments TEXT NOT NULL,
    hash TEXT NOT NULL,
    role TEXT NOT NULL,
    rules TEXT NOT NULL,
    policy TEXT NOT NULL,
    reason TEXT,
    asked_by TEXT NOT NULL,
    asked_by_name TEXT,
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_by_name TEXT,
    decided_at BIGINT,
    note TEXT
);
CREATE INDEX approval_conversation ON approval (conversation_id, id);
CREATE INDEX approval_state ON approval (state, id);
CREATE UNIQUE INDEX approval_pending ON approval (conversation_id, hash, role) WHERE state = 'pending';

-- Whether a message might go out, as it was decided last.
CREATE TABLE delivery_decision (
    delivery_id UUID PRIMARY KEY REFERENCES delivery (id),
    request TEXT NOT NULL,
    decision TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX delivery_decision_at ON delivery_decision (at);

-- The owner of this address has agreed to advertising. Who wrote it down, and how it is known.
CREATE TABLE marketing_consent (
    identifier_id UUID PRIMARY KEY REFERENCES identifier (id),
    source TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- What the policy decided, newest first, to be decided again.
CREATE INDEX entry_decision ON entry (recorded_at) WHERE kind = 'decision';
