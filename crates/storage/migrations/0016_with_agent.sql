-- The router has given the conversation to the AI agent.
ALTER TABLE conversation ADD COLUMN with_agent BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX conversation_with_agent ON conversation (updated_at) WHERE with_agent;
