-- name: insert
INSERT INTO saved_view (id, member_id, name, filter, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)

-- name: by_id
SELECT id, member_id, name, filter, updated_at FROM saved_view WHERE id = $1

-- name: list
SELECT id, member_id, name, filter, updated_at FROM saved_view
WHERE member_id IS NULL OR member_id = $1 ORDER BY LOWER(name), id

-- name: count
SELECT COUNT(*) AS count FROM saved_view WHERE ($1 = TRUE AND member_id IS NULL) OR ($1 = FALSE AND member_id = $2)

-- name: set
UPDATE saved_view SET member_id = $2, name = $3, filter = $4, updated_at = $5 WHERE id = $1

-- name: delete
DELETE FROM saved_view WHERE id = $1
