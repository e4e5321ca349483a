-- How customers were served, by their own account: one row per conversation, what they said last.
CREATE TABLE rating (
    conversation_id UUID PRIMARY KEY REFERENCES conversation (id),
    identifier_id UUID NOT NULL REFERENCES identifier (id),
    seq BIGINT NOT NULL,
    score BIGINT NOT NULL,
    comment TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX rating_at ON rating (at, conversation_id);

-- Every loader of the widget that was ever handed out here, by the name in its address: a tag with its checksum
-- stands on somebody's pages and must go on working after an update.
CREATE TABLE widget_loader (
    name TEXT PRIMARY KEY,
    body BYTEA NOT NULL,
    at BIGINT NOT NULL
);
