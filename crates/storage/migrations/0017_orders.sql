-- Since when the customer waits for an answer, in milliseconds since 1970; NULL where nobody does. And what the list is
-- read by in other orders than the latest change first.
ALTER TABLE conversation ADD COLUMN waiting_since BIGINT;
UPDATE conversation SET waiting_since = (
  SELECT MIN(e.recorded_at) FROM entry e
  WHERE e.conversation_id = conversation.id AND e.kind = 'message' AND e.direction = 'in'
    AND e.body NOT LIKE '%"automatic":true%' AND e.seq > COALESCE((
      SELECT MAX(a.seq) FROM entry a
      WHERE a.conversation_id = conversation.id AND a.kind = 'message' AND a.direction = 'out'
        AND a.author_kind IN ('member', 'api', 'ai')
    ), 0)
) WHERE status IN ('open', 'snoozed');
-- What the AI agent says as it hands over is no answer.
UPDATE conversation SET waiting_since = (
  SELECT MAX(e.recorded_at) FROM entry e
  WHERE e.conversation_id = conversation.id AND e.kind = 'routing' AND e.author_kind = 'ai'
    AND e.body LIKE '{"handoff":%' AND NOT EXISTS (
      SELECT 1 FROM entry a
      WHERE a.conversation_id = conversation.id AND a.seq > e.seq AND a.kind = 'message' AND a.direction = 'out'
        AND a.author_kind IN ('member', 'api', 'ai')
    )
) WHERE waiting_since IS NULL AND status IN ('open', 'snoozed');
CREATE INDEX conversation_waiting ON conversation (waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversation_due ON conversation (serve_by, id) WHERE serve_by IS NOT NULL;
