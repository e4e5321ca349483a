-- Knowledge: articles with their versions and passages, vectors, and questions without an answer.
-- Times are milliseconds since 1970 (…_at); JSON is text.

-- The working text. `version` is the published one, 0 while there is none; `revision` counts every change to what is
-- found, over all articles, so that each process knows what to read again.
CREATE TABLE article (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL,
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    version BIGINT NOT NULL,
    last_version BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    audience TEXT NOT NULL,
    tags TEXT NOT NULL,
    questions TEXT NOT NULL,
    source TEXT,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    published_at BIGINT,
    UNIQUE (slug, locale)
);
CREATE INDEX article_revision ON article (revision);
CREATE INDEX article_status ON article (status, id);

-- What was published, never changed: conversations cite it.
CREATE TABLE article_version (
    article_id UUID NOT NULL REFERENCES article (id),
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    audience TEXT NOT NULL,
    tags TEXT NOT NULL,
    questions TEXT NOT NULL,
    published_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, number)
);

CREATE TABLE passage (
    article_id UUID NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    anchor TEXT NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL,
    questions TEXT NOT NULL,
    PRIMARY KEY (article_id, version, number),
    FOREIGN KEY (article_id, version) REFERENCES article_version (article_id, number)
);

-- What a text means to a model, by the text's hash: computed once, whatever article it stands in.
CREATE TABLE passage_vector (
    hash TEXT NOT NULL,
    model TEXT NOT NULL,
    vector BYTEA NOT NULL,
    PRIMARY KEY (hash, model)
);

-- A question that found no good answer.
CREATE TABLE knowledge_gap (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    question TEXT NOT NULL,
    locale TEXT,
    confidence DOUBLE PRECISION NOT NULL,
    conversation_id UUID REFERENCES conversation (id),
    vector BYTEA,
    closed_at BIGINT
);
CREATE INDEX knowledge_gap_open ON knowledge_gap (closed_at, at);
CREATE INDEX knowledge_gap_conversation ON knowledge_gap (conversation_id);
