-- name: opt_out
INSERT INTO opt_out (endpoint_id, identifier_id, at, confirmed) VALUES ($1, $2, $3, TRUE)
ON CONFLICT (endpoint_id, identifier_id) DO NOTHING

-- name: opt_in
DELETE FROM opt_out WHERE endpoint_id = $1 AND identifier_id = $2

-- name: is_out
SELECT at FROM opt_out WHERE endpoint_id = $1 AND identifier_id = $2
