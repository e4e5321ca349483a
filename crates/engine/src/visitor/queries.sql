-- name: find
SELECT i.id, i.value, i.name, i.customer_id, i.seen_at FROM identifier i
WHERE i.id = $1 AND i.kind = 'visitor'
  AND NOT EXISTS (SELECT 1 FROM retired_visitor r WHERE r.identifier_id = i.id)

-- name: is_retired
SELECT at FROM retired_visitor WHERE identifier_id = $1

-- name: retire
INSERT INTO retired_visitor (identifier_id, at) VALUES ($1, $2) ON CONFLICT (identifier_id) DO NOTHING

-- name: end_proofs
UPDATE proof SET expires_at = $2 WHERE holder_id = $1 AND expires_at > $2

-- How many have said or shown something of this kind about an identifier.
-- name: seen_with
SELECT COUNT(*) AS count FROM assertion WHERE kind = $2 AND (a = $1 OR b = $1)

-- What a visitor has ever shown beside their own token.
-- name: shown
SELECT p.proven_id, i.kind, i.customer_id, MAX(p.expires_at) AS expires_at
FROM proof p JOIN identifier i ON i.id = p.proven_id
WHERE p.holder_id = $1 AND p.proven_id <> $1 AND p.assurance >= 2
GROUP BY p.proven_id, i.kind, i.customer_id

-- name: accounts
SELECT id FROM identifier WHERE customer_id = $1 AND kind = 'account' ORDER BY id LIMIT 1

-- The visitor's own ids of what they wrote.
-- name: sent_ids
SELECT seq, provider_id FROM inbound WHERE conversation_id = $1 AND seq > $2 AND endpoint_id = $3 ORDER BY seq LIMIT $4

-- A line we open and the customer has not used yet: it comes after every other one.
-- name: quiet_line
INSERT INTO interaction (id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq)
VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
ON CONFLICT (conversation_id, endpoint_id, identifier_id) DO UPDATE SET read_seq = interaction.read_seq
RETURNING id

-- The addresses of a customer, the one used last first.
-- name: addresses
SELECT id, value FROM identifier WHERE customer_id = $1 AND kind = $2 ORDER BY seen_at DESC, id DESC

-- What somebody said, without proof, to be their address, the newest first.
-- name: claimed
SELECT i.id, i.value FROM assertion x JOIN identifier i ON i.id = x.b
WHERE x.a = $1 AND x.kind = 'claimed' AND i.kind = $2
  AND NOT EXISTS (SELECT 1 FROM assertion r WHERE r.retracts = x.id)
ORDER BY x.id DESC LIMIT 1

-- name: insert_resume_link
INSERT INTO resume_link (id, conversation_id, identifier_id, assurance, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: use_resume_link
UPDATE resume_link SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2
RETURNING conversation_id, identifier_id, assurance, created_by

-- What somebody has uploaded lately.
-- name: uploaded
SELECT COUNT(*) AS files, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM attachment
WHERE uploader = $1 AND created_at > $2

-- Answers on a line of the chat that were not read there and did not go after their visitor yet, oldest first.
-- name: unread_answers
SELECT d.id, d.seq, d.created_at FROM delivery d
WHERE d.conversation_id = $1 AND d.interaction_id = $2 AND d.seq > $3 AND d.created_at > $4
  AND NOT d.automatic AND d.status <> 'read'
  AND NOT EXISTS (SELECT 1 FROM followed_answer f WHERE f.answer_id = d.id)
ORDER BY d.seq LIMIT $5

-- name: followed
INSERT INTO followed_answer (answer_id, mail_id) VALUES ($1, $2)
