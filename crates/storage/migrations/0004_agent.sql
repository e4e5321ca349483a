-- The AI agent: what it keeps of a conversation between two messages, what it did and why, and the procedures that
-- conversations under way are pinned to. Times are milliseconds since 1970 (…_at, at); JSON is text.

-- `heard` is the number of the last entry it has taken in; `revision` rises with every change, so that two who go on
-- from the same state do not both succeed.
CREATE TABLE agent_mind (
    conversation_id UUID PRIMARY KEY REFERENCES conversation (id),
    mind TEXT NOT NULL,
    heard BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- One row for each event the agent thought about.
CREATE TABLE agent_trace (
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    revision BIGINT NOT NULL,
    heard BIGINT NOT NULL,
    records TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, revision)
);

-- Every library of procedures a conversation ran with, by its version.
CREATE TABLE procedure_library (
    version TEXT PRIMARY KEY,
    library TEXT NOT NULL,
    at BIGINT NOT NULL
);
