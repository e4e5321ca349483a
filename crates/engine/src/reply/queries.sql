-- name: sent_before
SELECT d.id, d.seq, d.status, e.id AS entry_id FROM delivery d
JOIN entry e ON e.conversation_id = d.conversation_id AND e.seq = d.seq
WHERE d.conversation_id = $1 AND d.client_message_id = $2
