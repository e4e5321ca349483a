-- name: subscribers
SELECT id, events FROM webhook WHERE enabled = TRUE

-- name: insert_delivery
INSERT INTO webhook_delivery (id, webhook_id, event, payload, status, attempts, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'pending', 0, $5, $5)
