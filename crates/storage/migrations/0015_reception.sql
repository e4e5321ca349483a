-- How what comes in over an endpoint is received. A conversation that begins there gets the queue (its id), the priority
-- and the tags (JSON); `agent` says whether the AI agent may answer there.
ALTER TABLE endpoint ADD COLUMN queue TEXT;
ALTER TABLE endpoint ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
ALTER TABLE endpoint ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE endpoint ADD COLUMN agent BOOLEAN NOT NULL DEFAULT TRUE;
