-- name: keep
INSERT INTO widget_loader (name, body, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING

-- name: find
SELECT body FROM widget_loader WHERE name = $1
