-- The last word counts.
-- name: put
INSERT INTO rating (conversation_id, identifier_id, seq, score, comment, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (conversation_id) DO UPDATE SET identifier_id = EXCLUDED.identifier_id, seq = EXCLUDED.seq,
    score = EXCLUDED.score, comment = EXCLUDED.comment, at = EXCLUDED.at

-- name: of_conversation
SELECT conversation_id, identifier_id, seq, score, comment, at FROM rating WHERE conversation_id = $1

-- name: list
SELECT conversation_id, identifier_id, seq, score, comment, at FROM rating
WHERE at >= $1 AND (at < $2 OR (at = $2 AND conversation_id < $3))
ORDER BY at DESC, conversation_id DESC LIMIT $4

-- name: last_entry
SELECT seq, at, author_id, body FROM entry WHERE conversation_id = $1 AND kind = 'rating' ORDER BY seq DESC LIMIT 1

-- name: drop
DELETE FROM rating WHERE conversation_id = $1
