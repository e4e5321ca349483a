-- How the customer of a conversation is to be called back, and what came of it, as JSON; NULL where nobody asked for it.
ALTER TABLE conversation ADD COLUMN callback TEXT;
CREATE INDEX conversation_callback ON conversation (id) WHERE callback IS NOT NULL;
