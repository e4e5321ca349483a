-- name: insert
INSERT INTO macro (id, member_id, name, text, actions, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)

-- name: by_id
SELECT id, member_id, name, text, actions, updated_at, LOWER(name) AS sort_name FROM macro WHERE id = $1

-- name: list
SELECT id, member_id, name, text, actions, updated_at, LOWER(name) AS sort_name FROM macro
WHERE (member_id IS NULL OR member_id = $1) AND (LOWER(name) > $2 OR (LOWER(name) = $2 AND id > $3))
ORDER BY LOWER(name), id LIMIT $4

-- name: set
UPDATE macro SET member_id = $2, name = $3, text = $4, actions = $5, updated_at = $6 WHERE id = $1

-- name: delete
DELETE FROM macro WHERE id = $1
