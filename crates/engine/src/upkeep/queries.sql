-- The one job of its kind; a dead one comes back.
-- name: schedule
INSERT INTO job (id, kind, key, payload, state, run_at, attempts, max_attempts, created_at)
VALUES ($1, $2, $3, '{}', 'ready', $4, 0, $5, $4)
ON CONFLICT (id) DO UPDATE SET state = 'ready', attempts = 0, run_at = excluded.run_at WHERE job.state = 'dead'

-- name: due_to_wake
SELECT id FROM conversation WHERE status = 'snoozed' AND snoozed_until <= $1 ORDER BY snoozed_until LIMIT $2

-- name: snoozed_until
SELECT snoozed_until FROM conversation WHERE id = $1 AND status = 'snoozed'

-- What the AI agent has, answered last, and nobody has come back to; nothing that waits for people.
-- name: quiet
SELECT c.id FROM conversation c
WHERE c.with_agent AND c.status = 'open' AND c.owner_id IS NULL AND c.updated_at < $1
  AND (c.callback IS NULL OR c.callback NOT LIKE '%"state":"wanted"%')
  AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.conversation_id = c.id AND a.state = 'asked')
  AND 'out' = (
    SELECT e.direction FROM entry e WHERE e.conversation_id = c.id AND e.kind = 'message' ORDER BY e.seq DESC LIMIT 1
  )
ORDER BY c.updated_at LIMIT $2

-- name: forget_inbound
DELETE FROM inbound WHERE id IN (
    SELECT id FROM inbound WHERE received_at < $1 AND object_key IS NULL ORDER BY received_at LIMIT $2
)

-- name: forget_raw_bodies
UPDATE inbound SET body = NULL WHERE id IN (
    SELECT id FROM inbound WHERE received_at < $1 AND body IS NOT NULL ORDER BY received_at LIMIT $2
)

-- name: old_raw_files
SELECT id, object_key FROM inbound WHERE received_at < $1 AND object_key IS NOT NULL ORDER BY received_at LIMIT $2

-- The same payload may have come in twice and be stored once.
-- name: raw_file_users
SELECT COUNT(*) AS users FROM inbound WHERE object_key = $1 AND id <> $2

-- name: forget_raw_file
UPDATE inbound SET object_key = NULL WHERE id = $1

-- name: end_sessions
DELETE FROM member_session WHERE token_hash IN (SELECT token_hash FROM member_session WHERE expires_at < $1 LIMIT $2)

-- name: drop_invites
DELETE FROM invite WHERE token_hash IN (SELECT token_hash FROM invite WHERE expires_at < $1 LIMIT $2)

-- name: drop_codes
DELETE FROM one_time_code WHERE id IN (SELECT id FROM one_time_code WHERE expires_at < $1 LIMIT $2)

-- name: drop_resume_links
DELETE FROM resume_link WHERE id IN (SELECT id FROM resume_link WHERE expires_at < $1 LIMIT $2)

-- Once a visitor would not be remembered anyway, nobody needs to know that they left.
-- name: drop_retired_visitors
DELETE FROM retired_visitor WHERE identifier_id IN (
    SELECT r.identifier_id FROM retired_visitor r JOIN identifier i ON i.id = r.identifier_id
    WHERE r.at < $1 AND i.seen_at < $1 LIMIT $2
)

-- Whoever would not be remembered as a visitor is not told of answers either.
-- name: drop_push_subscriptions
DELETE FROM push_subscription WHERE id IN (
    SELECT p.id FROM push_subscription p JOIN identifier i ON i.id = p.identifier_id
    WHERE p.seen_at < $1 AND i.seen_at < $1 LIMIT $2
)

-- name: drop_idempotency
DELETE FROM idempotency WHERE (principal, key) IN (
    SELECT principal, key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2
)

-- name: drop_webhook_attempts
DELETE FROM webhook_attempt WHERE delivery_id IN (
    SELECT id FROM webhook_delivery WHERE updated_at < $1 AND status <> 'pending' ORDER BY updated_at, id LIMIT $2
)

-- name: drop_webhook_deliveries
DELETE FROM webhook_delivery WHERE id IN (
    SELECT id FROM webhook_delivery WHERE updated_at < $1 AND status <> 'pending' ORDER BY updated_at, id LIMIT $2
)

-- name: drop_notifications
DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE at < $1 ORDER BY at, id LIMIT $2)
