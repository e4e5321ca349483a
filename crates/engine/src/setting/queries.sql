-- name: find
SELECT value FROM setting WHERE name = $1

-- name: put
INSERT INTO setting (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: remove
DELETE FROM setting WHERE name = $1
