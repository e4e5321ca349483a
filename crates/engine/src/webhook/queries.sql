-- name: subscribers
SELECT id, events FROM webhook WHERE enabled = TRUE

-- name: insert
INSERT INTO webhook (id, url, description, secrets, events, enabled, created_at) VALUES ($1, $2, $3, $4, $5, TRUE, $6)

-- name: by_id
SELECT id, url, description, secrets, events, enabled, disabled_reason, failing_since, created_at FROM webhook WHERE id = $1

-- name: lock
SELECT id FROM webhook WHERE id = $1

-- name: lock @postgres
SELECT id FROM webhook WHERE id = $1 FOR UPDATE

-- name: list
SELECT id, url, description, secrets, events, enabled, disabled_reason, failing_since, created_at FROM webhook
WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: set
UPDATE webhook SET url = $2, description = $3, events = $4, enabled = $5, disabled_reason = $6, failing_since = $7
WHERE id = $1

-- name: set_secrets
UPDATE webhook SET secrets = $2 WHERE id = $1

-- name: drop_attempts
DELETE FROM webhook_attempt WHERE delivery_id IN (SELECT id FROM webhook_delivery WHERE webhook_id = $1)

-- name: drop_deliveries
DELETE FROM webhook_delivery WHERE webhook_id = $1

-- name: drop
DELETE FROM webhook WHERE id = $1

-- name: note_failure
UPDATE webhook SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL

-- name: note_success
UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL

-- name: disable
UPDATE webhook SET enabled = FALSE, disabled_reason = $2 WHERE id = $1 AND enabled = TRUE

-- name: disable_failing
UPDATE webhook SET enabled = FALSE, disabled_reason = $3 WHERE id = $1 AND enabled = TRUE AND failing_since <= $2

-- name: insert_delivery
INSERT INTO webhook_delivery (id, webhook_id, event_id, event, payload, status, attempts, next_attempt_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, $6, $6)

-- name: to_send
SELECT d.webhook_id, d.event_id, d.payload, d.status, d.next_attempt_at, w.url, w.secrets, w.enabled
FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE d.id = $1

-- name: count_attempt
UPDATE webhook_delivery SET attempts = attempts + 1, response_code = $2, last_error = $3, updated_at = $4
WHERE id = $1 AND status = 'pending' RETURNING webhook_id, attempts

-- name: insert_attempt
INSERT INTO webhook_attempt (delivery_id, number, at, duration_ms, response_code, response_start, error)
SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM webhook_attempt WHERE delivery_id = $1

-- name: set_status
UPDATE webhook_delivery SET status = $2, next_attempt_at = $3, updated_at = $4 WHERE id = $1

-- name: give_up
UPDATE webhook_delivery SET status = 'failed', next_attempt_at = NULL, last_error = $2, updated_at = $3
WHERE id = $1 AND status = 'pending'

-- name: deliveries
SELECT id, webhook_id, event_id, event, payload, status, attempts, next_attempt_at, response_code, last_error, created_at, updated_at
FROM webhook_delivery WHERE webhook_id = $1 AND id < $2 AND ($3 = '' OR status = $3) ORDER BY id DESC LIMIT $4

-- name: delivery
SELECT id, webhook_id, event_id, event, payload, status, attempts, next_attempt_at, response_code, last_error, created_at, updated_at
FROM webhook_delivery WHERE webhook_id = $1 AND id = $2

-- name: attempts
SELECT number, at, duration_ms, response_code, response_start, error FROM webhook_attempt WHERE delivery_id = $1 ORDER BY number

-- name: again
UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_attempt_at = $2, updated_at = $2
WHERE id = $1 AND status <> 'pending'

-- name: failed_since
SELECT id FROM webhook_delivery WHERE webhook_id = $1 AND status = 'failed' AND created_at >= $2 ORDER BY id LIMIT $3
