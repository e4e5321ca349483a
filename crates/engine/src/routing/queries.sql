-- name: log_number
SELECT log_number FROM routing_counters WHERE id = 1

-- name: first_counters
INSERT INTO routing_counters (id, log_number, counters) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING

-- name: last_owner
SELECT c.owner_id FROM conversation c JOIN identifier i ON i.id = c.identifier_id
WHERE i.customer_id = $1 AND c.id <> $2 AND c.owner_id IS NOT NULL ORDER BY c.id DESC LIMIT 1

-- Whoever decides holds this row first, so that what is read after it fits together.
-- name: counters @sqlite
SELECT log_number, counters FROM routing_counters WHERE id = 1

-- name: counters @postgres
SELECT log_number, counters FROM routing_counters WHERE id = 1 FOR UPDATE

-- name: next_number
UPDATE routing_counters SET log_number = log_number + 1, counters = $2 WHERE id = 1 AND log_number = $1

-- name: log
INSERT INTO routing_log (number, event, at) VALUES ($1, $2, $3)

-- name: events
SELECT number, event, at FROM routing_log WHERE number > $1 ORDER BY number LIMIT $2

-- name: first_settings
INSERT INTO routing_settings (id, settings) VALUES (1, $1) ON CONFLICT (id) DO NOTHING

-- name: settings
SELECT settings FROM routing_settings WHERE id = 1

-- name: set_settings
UPDATE routing_settings SET settings = $1 WHERE id = 1

-- name: workers
SELECT worker FROM routing_worker ORDER BY id

-- name: put_worker
INSERT INTO routing_worker (id, worker) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET worker = excluded.worker

-- name: drop_worker
DELETE FROM routing_worker WHERE id = $1

-- name: items
SELECT item FROM routing_item ORDER BY id

-- name: put_item
INSERT INTO routing_item (id, item, listens) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET item = excluded.item, listens = excluded.listens

-- What was set may be about silence, so all are heard of until they are filed anew.
-- name: listen
UPDATE routing_item SET listens = TRUE

-- name: with_agent
UPDATE conversation SET with_agent = $2 WHERE id = $1 AND with_agent <> $2

-- name: has_agent
SELECT with_agent FROM conversation WHERE id = $1

-- name: listens
SELECT listens FROM routing_item WHERE id = $1

-- name: item
SELECT item FROM routing_item WHERE id = $1

-- name: drop_item
DELETE FROM routing_item WHERE id = $1

-- name: heard
INSERT INTO attendance (member_id, heard_at) VALUES ($1, $2)
ON CONFLICT (member_id) DO UPDATE SET heard_at = excluded.heard_at

-- name: heard_at
SELECT heard_at FROM attendance WHERE member_id = $1

-- Nothing is promised anew where a person has answered since the customer waits ($3).
-- name: promise
UPDATE conversation SET serve_by = $2 WHERE id = $1 AND serve_by IS DISTINCT FROM $2
  AND (CAST($2 AS BIGINT) IS NULL OR NOT EXISTS (
        SELECT 1 FROM entry e WHERE e.conversation_id = $1 AND e.at >= $3 AND e.kind = 'message' AND e.direction = 'out'
          AND e.author_kind IN ('member', 'api')
      ))

-- Whoever has it at once owes an answer if the customer spoke last: it may be they who write first.
-- name: owe
UPDATE conversation SET serve_by = $2 WHERE id = $1 AND 'in' = (
  SELECT e.direction FROM entry e WHERE e.conversation_id = $1 AND e.kind = 'message' ORDER BY e.seq DESC LIMIT 1
)
