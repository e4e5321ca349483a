-- name: cursor
SELECT uid_validity, last_uid FROM mailbox_cursor WHERE endpoint_id = $1

-- name: advance
INSERT INTO mailbox_cursor (endpoint_id, uid_validity, last_uid, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (endpoint_id) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid, updated_at = excluded.updated_at
