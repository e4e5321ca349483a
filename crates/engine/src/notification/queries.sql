-- name: insert
INSERT INTO notification (id, member_id, kind, conversation_id, seq, author_name, text, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: drop_unseen_messages
DELETE FROM notification WHERE member_id = $1 AND conversation_id = $2 AND kind = 'message' AND read_at IS NULL

-- name: drop_unseen_overdue
DELETE FROM notification WHERE member_id = $1 AND kind = 'overdue' AND read_at IS NULL

-- name: list
SELECT id, kind, conversation_id, seq, author_name, text, at, read_at FROM notification
WHERE member_id = $1 AND id < $2 AND ($3 = FALSE OR read_at IS NULL) ORDER BY id DESC LIMIT $4

-- name: count_unseen
SELECT COUNT(*) AS count FROM notification WHERE member_id = $1 AND read_at IS NULL

-- `$3` says which: `one`, `conversation` or `all`.
-- name: see
UPDATE notification SET read_at = $2
WHERE member_id = $1 AND read_at IS NULL
  AND (CAST($3 AS TEXT) <> 'one' OR id = $4) AND (CAST($3 AS TEXT) <> 'conversation' OR conversation_id = $5)
