-- name: upsert
INSERT INTO endpoint (id, name, channel, address, brand, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET address = excluded.address, brand = excluded.brand

-- name: by_name
SELECT id, name, channel, address, brand FROM endpoint WHERE name = $1

-- name: by_id
SELECT id, name, channel, address, brand FROM endpoint WHERE id = $1

-- name: all
SELECT id, name, channel, address, brand FROM endpoint ORDER BY name
