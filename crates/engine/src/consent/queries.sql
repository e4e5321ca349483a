-- name: opt_out
INSERT INTO opt_out (endpoint_id, identifier_id, at, confirmed) VALUES ($1, $2, $3, TRUE)
ON CONFLICT (endpoint_id, identifier_id) DO NOTHING

-- name: opt_in
DELETE FROM opt_out WHERE endpoint_id = $1 AND identifier_id = $2

-- name: is_out
SELECT at FROM opt_out WHERE endpoint_id = $1 AND identifier_id = $2

-- name: agree_to_marketing
INSERT INTO marketing_consent (identifier_id, source, recorded_by, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (identifier_id) DO UPDATE SET source = excluded.source, recorded_by = excluded.recorded_by, at = excluded.at

-- name: withdraw_from_marketing
DELETE FROM marketing_consent WHERE identifier_id = $1

-- name: marketing
SELECT source, recorded_by, at FROM marketing_consent WHERE identifier_id = $1
