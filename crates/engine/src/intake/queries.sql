-- name: keep
INSERT INTO inbound (endpoint_id, provider_id, id, received_at, media_type, body, object_key, conversation_id, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (endpoint_id, provider_id) DO NOTHING

-- name: stored_before
SELECT conversation_id, seq FROM inbound WHERE endpoint_id = $1 AND provider_id = $2

-- name: thread_of
SELECT conversation_id FROM mail_message WHERE message_id = $1 ORDER BY at DESC LIMIT 1

-- name: remember_message_id
INSERT INTO mail_message (message_id, conversation_id, interaction_id, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (message_id, conversation_id) DO NOTHING

-- name: thread
SELECT message_id FROM mail_message WHERE interaction_id = $1 ORDER BY at DESC, message_id LIMIT $2

-- name: forget
DELETE FROM inbound WHERE received_at < $1

-- name: forget_bodies
UPDATE inbound SET body = NULL WHERE received_at < $1 AND body IS NOT NULL
