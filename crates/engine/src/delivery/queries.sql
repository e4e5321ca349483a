-- name: insert
INSERT INTO delivery (id, conversation_id, seq, interaction_id, endpoint_id, channel, identifier_id, client_message_id,
                      automatic, status, attempts, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $11)

-- name: by_id
SELECT id, conversation_id, seq, interaction_id, endpoint_id, channel, identifier_id, client_message_id, automatic, status,
       provider_id, parts, attempts, code, reason, created_at, updated_at
FROM delivery WHERE id = $1

-- name: by_provider_id
SELECT id, conversation_id, seq, interaction_id, endpoint_id, channel, identifier_id, client_message_id, automatic, status,
       provider_id, parts, attempts, code, reason, created_at, updated_at
FROM delivery WHERE endpoint_id = $1 AND provider_id = $2

-- name: of_conversation
SELECT id, conversation_id, seq, interaction_id, endpoint_id, channel, identifier_id, client_message_id, automatic, status,
       provider_id, parts, attempts, code, reason, created_at, updated_at
FROM delivery WHERE conversation_id = $1 ORDER BY seq

-- name: of_entries
SELECT id, conversation_id, seq, interaction_id, endpoint_id, channel, identifier_id, client_message_id, automatic, status,
       provider_id, parts, attempts, code, reason, created_at, updated_at
FROM delivery WHERE conversation_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq

-- name: lock
SELECT status FROM delivery WHERE id = $1

-- name: lock @postgres
SELECT status FROM delivery WHERE id = $1 FOR UPDATE

-- name: advance
UPDATE delivery SET status = $2, provider_id = COALESCE($3, provider_id), parts = COALESCE($4, parts), code = COALESCE($5, code),
       reason = COALESCE($6, reason), updated_at = $7 WHERE id = $1

-- Who has to know what became of it: the member who wrote it, or else who looks after the case.
-- name: concerned
SELECT CASE WHEN e.author_kind = 'member' THEN e.author_id ELSE c.owner_id END AS member_id, e.text
FROM entry e JOIN conversation c ON c.id = e.conversation_id WHERE e.conversation_id = $1 AND e.seq = $2

-- name: unread_up_to
SELECT id FROM delivery WHERE interaction_id = $1 AND seq <= $2 AND status IN ('sent', 'delivered')

-- name: start
UPDATE delivery SET status = 'sending', attempts = attempts + 1, updated_at = $2 WHERE id = $1 AND status = 'queued'

-- name: back_to_queue
UPDATE delivery SET status = 'queued', reason = $2, updated_at = $3 WHERE id = $1 AND status IN ('sending', 'unknown')

-- name: requeue
UPDATE delivery SET status = 'queued', code = NULL, reason = NULL, updated_at = $2 WHERE id = $1 AND status IN ('failed', 'unknown')

-- name: start_attempt
INSERT INTO delivery_attempt (delivery_id, number, started_at) VALUES ($1, $2, $3)
ON CONFLICT (delivery_id, number) DO NOTHING

-- name: end_attempt
UPDATE delivery_attempt SET ended_at = $3, outcome = $4, detail = $5 WHERE delivery_id = $1 AND number = $2

-- name: entry
SELECT e.id, e.text, e.body, c.subject, c.identifier_id FROM entry e JOIN conversation c ON c.id = e.conversation_id
WHERE e.conversation_id = $1 AND e.seq = $2

-- The answers that go after their visitor in one mail.
-- name: carried
SELECT e.id, e.text FROM followed_answer f
JOIN delivery answer ON answer.id = f.answer_id
JOIN entry e ON e.conversation_id = answer.conversation_id AND e.seq = answer.seq
WHERE f.mail_id = $1 ORDER BY answer.seq

-- When the customer last wrote from this address to this endpoint; 0 stands for a line only we have opened.
-- name: last_inbound
SELECT MAX(last_at) AS last_at FROM interaction WHERE identifier_id = $1 AND endpoint_id = $2 AND last_at > 0

-- name: record_decision
INSERT INTO delivery_decision (delivery_id, request, decision, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (delivery_id) DO UPDATE SET request = excluded.request, decision = excluded.decision, at = excluded.at
