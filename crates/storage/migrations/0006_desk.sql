-- The desk: tags, macros, saved views, notifications, and finding conversations by what was said in them.
-- Times are milliseconds since 1970 (…_at); JSON is text.

ALTER TABLE conversation ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';

-- Tags that are in use or were: what the desk offers while somebody writes one.
CREATE TABLE tag (
    name TEXT PRIMARY KEY,
    used_at BIGINT NOT NULL
);

-- An answer written once, with what is to be done to the case along with it. Without `member_id` it is everybody's.
CREATE TABLE macro (
    id UUID PRIMARY KEY,
    member_id UUID REFERENCES member (id),
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    actions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX macro_member ON macro (member_id);

-- A filter of the inbox with a name. Without `member_id` it is everybody's.
CREATE TABLE saved_view (
    id UUID PRIMARY KEY,
    member_id UUID REFERENCES member (id),
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX saved_view_member ON saved_view (member_id);

-- What a member should know of. `seq` is the entry it is about.
CREATE TABLE notification (
    id UUID PRIMARY KEY,
    member_id UUID NOT NULL REFERENCES member (id),
    kind TEXT NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversation (id),
    seq BIGINT NOT NULL,
    author_name TEXT,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notification_member ON notification (member_id, id);
CREATE INDEX notification_conversation ON notification (conversation_id);
CREATE INDEX notification_at ON notification (at);

CREATE INDEX conversation_owner ON conversation (owner_id);
CREATE INDEX interaction_endpoint ON interaction (endpoint_id, last_at);
CREATE INDEX delivery_endpoint ON delivery (endpoint_id, status, updated_at);

-- The words of what was said, by entry. PostgreSQL keeps an index of them; on SQLite they stand in a table of their own,
-- without the text itself, into which a job brings them in batches: one by one they would cost every message as much as
-- all the rest of its way. `entry_words_wanted` holds what it has not brought yet, and stays empty on PostgreSQL.
CREATE TABLE entry_words_wanted (
    id BIGINT PRIMARY KEY, -- @postgres
    id INTEGER PRIMARY KEY, -- @sqlite
    entry_id UUID NOT NULL
);
CREATE VIRTUAL TABLE entry_words USING fts5(entry_id UNINDEXED, text, content='', contentless_delete=1, contentless_unindexed=1, tokenize='unicode61 remove_diacritics 2'); -- @sqlite
INSERT INTO entry_words_wanted (entry_id) SELECT id FROM entry WHERE kind IN ('message', 'note', 'call', 'transcript') ORDER BY at; -- @sqlite
CREATE TRIGGER entry_words_said AFTER INSERT ON entry WHEN NEW.kind IN ('message', 'note', 'call', 'transcript') BEGIN INSERT INTO entry_words_wanted (entry_id) VALUES (NEW.id); END; -- @sqlite
CREATE INDEX entry_words ON entry USING GIN (to_tsvector('simple', regexp_replace(LEFT(text, 100000), '[^[:alnum:]]+', ' ', 'g'))) WHERE kind IN ('message', 'note', 'call', 'transcript'); -- @postgres
