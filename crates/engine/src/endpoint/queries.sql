-- name: upsert
INSERT INTO endpoint (id, name, channel, address, brand, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET address = excluded.address, brand = excluded.brand

-- name: by_name
SELECT id, name, channel, address, brand FROM endpoint WHERE name = $1

-- name: by_id
SELECT id, name, channel, address, brand FROM endpoint WHERE id = $1

-- name: all
SELECT id, name, channel, address, brand FROM endpoint ORDER BY name

-- name: health
SELECT e.id,
       (SELECT MAX(x.last_at) FROM interaction x WHERE x.endpoint_id = e.id AND x.last_at > 0) AS last_contact_at,
       (SELECT MAX(d.updated_at) FROM delivery d
        WHERE d.endpoint_id = e.id AND d.status IN ('sent', 'delivered', 'read')) AS last_sent_at,
       (SELECT COUNT(*) FROM delivery d WHERE d.endpoint_id = e.id AND d.status IN ('queued', 'sending')) AS waiting,
       (SELECT COUNT(*) FROM delivery d WHERE d.endpoint_id = e.id AND d.status = 'unknown') AS unknown,
       (SELECT COUNT(*) FROM delivery d
        WHERE d.endpoint_id = e.id AND d.status = 'failed' AND d.updated_at >= $1) AS failed,
       (SELECT d.reason FROM delivery d WHERE d.endpoint_id = e.id AND d.status = 'failed' AND d.updated_at >= $1
        ORDER BY d.updated_at DESC, d.id DESC LIMIT 1) AS last_failure,
       (SELECT m.updated_at FROM mailbox_cursor m WHERE m.endpoint_id = e.id) AS mailbox_read_at
FROM endpoint e ORDER BY e.name

-- name: reception
SELECT queue, priority, tags, agent FROM endpoint WHERE name = $1

-- name: set_reception
UPDATE endpoint SET queue = $2, priority = $3, tags = $4, agent = $5 WHERE name = $1

-- Lines that were opened to write to the customer come after those they have used.
-- name: agent_answers
SELECT e.agent FROM interaction x JOIN endpoint e ON e.id = x.endpoint_id
WHERE x.conversation_id = $1 ORDER BY x.last_at DESC, x.id DESC LIMIT 1
