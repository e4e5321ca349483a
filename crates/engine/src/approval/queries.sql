-- name: insert
INSERT INTO approval (id, conversation_id, tool, action, arguments, hash, role, rules, policy, reason, asked_by, asked_by_name,
                      asked_at, state, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'pending', $14)

-- name: by_id
SELECT id, conversation_id, tool, action, arguments, hash, role, rules, policy, reason, asked_by, asked_by_name, asked_at, state,
       expires_at, decided_by, decided_by_name, decided_at, note
FROM approval WHERE id = $1

-- One that waits or counts, so that nobody is asked twice for the same.
-- name: same
SELECT id, conversation_id, tool, action, arguments, hash, role, rules, policy, reason, asked_by, asked_by_name, asked_at, state,
       expires_at, decided_by, decided_by_name, decided_at, note
FROM approval
WHERE conversation_id = $1 AND hash = $2 AND role = $3 AND state IN ('pending', 'approved') AND expires_at > $4
ORDER BY id DESC LIMIT 1

-- name: expire
UPDATE approval SET state = 'expired' WHERE conversation_id = $1 AND state = 'pending' AND expires_at <= $2

-- name: decide
UPDATE approval SET state = $2, decided_by = $3, decided_by_name = $4, decided_at = $5, note = $6, expires_at = $7
WHERE id = $1 AND state = 'pending' AND expires_at > $5

-- name: granted
SELECT id, conversation_id, tool, action, arguments, hash, role, rules, policy, reason, asked_by, asked_by_name, asked_at, state,
       expires_at, decided_by, decided_by_name, decided_at, note
FROM approval WHERE conversation_id = $1 AND state = 'approved' AND expires_at > $2 ORDER BY id

-- name: list
SELECT id, conversation_id, tool, action, arguments, hash, role, rules, policy, reason, asked_by, asked_by_name, asked_at, state,
       expires_at, decided_by, decided_by_name, decided_at, note
FROM approval
WHERE id < $1 AND ($6 = 0 OR conversation_id = $2)
  AND ($3 = ''
       OR (state = $3 AND (state = 'declined' OR expires_at > $4))
       OR ($3 = 'expired' AND state <> 'declined' AND expires_at <= $4))
ORDER BY id DESC LIMIT $5
