-- name: current
SELECT id, customer_id, epoch FROM identifier WHERE kind = $1 AND value = $2 ORDER BY epoch DESC LIMIT 1

-- name: insert
INSERT INTO identifier (id, kind, value, epoch, born_at, seen_at, customer_id, automatic_id, name)
VALUES ($1, $2, $3, $4, $5, $5, $1, $1, $6)
ON CONFLICT (kind, value, epoch) DO NOTHING

-- [`touch`] of an identifier that is known by its value.
-- name: touch_current
UPDATE identifier SET seen_at = CASE WHEN seen_at > $3 THEN seen_at ELSE $3 END, name = COALESCE($4, name)
WHERE id = (SELECT known.id FROM identifier known WHERE known.kind = $1 AND known.value = $2
            ORDER BY known.epoch DESC LIMIT 1)
RETURNING id, customer_id

-- Takes the lock that serialises the work of one customer endpoint.
-- name: touch
UPDATE identifier SET seen_at = CASE WHEN seen_at > $2 THEN seen_at ELSE $2 END, name = COALESCE($3, name)
WHERE id = $1 RETURNING customer_id

-- name: lock
SELECT id FROM identifier WHERE id = $1

-- name: lock @postgres
SELECT id FROM identifier WHERE id = $1 FOR UPDATE

-- name: by_id
SELECT id, kind, value, epoch, born_at, seen_at, customer_id, automatic_id, name FROM identifier WHERE id = $1

-- name: of_customer
SELECT id, kind, value, epoch, born_at, seen_at, customer_id, automatic_id, name FROM identifier
WHERE customer_id = $1 ORDER BY born_at, id

-- name: customer_of
SELECT customer_id FROM identifier WHERE id = $1

-- name: set_customer
UPDATE identifier SET customer_id = $2, automatic_id = $3 WHERE id = $1

-- name: customers
SELECT i.customer_id AS id, i.born_at, i.name AS observed, p.name AS given
FROM identifier i LEFT JOIN customer_profile p ON p.customer_id = i.id
WHERE i.id = i.customer_id AND i.id < $1 ORDER BY i.id DESC LIMIT $2

-- `$1` is a pattern in lower case.
-- name: search
SELECT DISTINCT root.id AS id, root.born_at, root.name AS observed, p.name AS given
FROM identifier i JOIN identifier root ON root.id = i.customer_id
LEFT JOIN customer_profile p ON p.customer_id = root.id
WHERE (LOWER(i.value) LIKE $1 ESCAPE '\' OR LOWER(i.name) LIKE $1 ESCAPE '\' OR LOWER(p.name) LIKE $1 ESCAPE '\')
  AND root.id < $2
ORDER BY root.id DESC LIMIT $3

-- name: profile
SELECT customer_id, name, attributes, updated_at FROM customer_profile WHERE customer_id = $1

-- name: set_profile
INSERT INTO customer_profile (customer_id, name, attributes, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (customer_id) DO UPDATE SET name = excluded.name, attributes = excluded.attributes, updated_at = excluded.updated_at

-- name: append_assertion
INSERT INTO assertion (id, at, kind, a, b, retracts, assurance, by_human, source, author, reason, details)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: assertion_by_id
SELECT id, at, kind, a, b, retracts, assurance, by_human, source, author, reason, details FROM assertion WHERE id = $1

-- name: assertions_touching
SELECT id, at, kind, a, b, retracts, assurance, by_human, source, author, reason, details FROM assertion
WHERE a = $1 OR b = $1 ORDER BY id

-- name: retractions_of
SELECT id, at, kind, a, b, retracts, assurance, by_human, source, author, reason, details FROM assertion
WHERE retracts = $1 ORDER BY id

-- The same thing said again within one sitting adds nothing.
-- name: standing_pair
SELECT x.id FROM assertion x
WHERE x.kind = $1 AND x.a = $2 AND x.b = $3 AND x.source = $4 AND x.assurance >= $5 AND x.at > $6
  AND NOT EXISTS (SELECT 1 FROM assertion r WHERE r.retracts = x.id) LIMIT 1

-- name: drop_suggestions
DELETE FROM suggestion WHERE a = $1 OR b = $1

-- name: insert_suggestion
INSERT INTO suggestion (a, b, score, reasons, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (a, b) DO UPDATE SET score = excluded.score, reasons = excluded.reasons

-- name: suggestions_of
SELECT a, b, score, reasons, at FROM suggestion WHERE a = $1 OR b = $1 ORDER BY score DESC, a, b

-- name: insert_proof
INSERT INTO proof (id, holder_id, proven_id, assurance, method, at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: proofs
SELECT holder_id, proven_id, assurance, method, at, expires_at FROM proof
WHERE holder_id = $1 AND expires_at > $2 ORDER BY assurance DESC, expires_at DESC

-- What was verified about an identifier and was not withdrawn, the strongest first, then the latest.
-- name: verified
SELECT x.assurance, x.source, x.at FROM assertion x
WHERE (x.a = $1 OR x.b = $1) AND x.kind = 'verified'
  AND NOT EXISTS (SELECT 1 FROM assertion r WHERE r.retracts = x.id)
ORDER BY x.assurance DESC, x.at DESC LIMIT 1

-- name: insert_code
INSERT INTO one_time_code (id, holder_id, target_id, conversation_id, code_hash, created_at, expires_at, attempts)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0)

-- name: codes_since
SELECT COUNT(*) AS count FROM one_time_code WHERE (holder_id = $1 OR target_id = $2) AND created_at > $3

-- name: open_codes_of_holder
SELECT id, holder_id, target_id, conversation_id, code_hash, attempts FROM one_time_code
WHERE holder_id = $1 AND target_id = $2 AND used_at IS NULL AND expires_at > $3 ORDER BY created_at DESC LIMIT 1

-- Where the holder's newest code was sent.
-- name: last_code_target
SELECT target_id FROM one_time_code WHERE holder_id = $1 AND used_at IS NULL AND expires_at > $2
ORDER BY created_at DESC, id DESC LIMIT 1

-- name: open_codes_of_target
SELECT id, holder_id, target_id, conversation_id, code_hash, attempts FROM one_time_code
WHERE target_id = $1 AND conversation_id IS NOT NULL AND used_at IS NULL AND expires_at > $2 ORDER BY created_at DESC LIMIT 5

-- name: code_by_id
SELECT id, holder_id, target_id, conversation_id, code_hash, attempts FROM one_time_code
WHERE id = $1 AND used_at IS NULL AND expires_at > $2

-- name: count_attempt
UPDATE one_time_code SET attempts = attempts + 1 WHERE id = $1 RETURNING attempts

-- name: use_code
UPDATE one_time_code SET used_at = $2 WHERE id = $1 AND used_at IS NULL

-- name: last_used
SELECT MAX(at) AS at FROM (
    SELECT MAX(x.at) AS at FROM assertion x WHERE x.a = $1
    UNION ALL SELECT MAX(y.at) AS at FROM assertion y WHERE y.b = $1
    UNION ALL SELECT MAX(i.last_at) AS at FROM interaction i WHERE i.identifier_id = $1
) used

-- name: drop_blocking_keys
DELETE FROM blocking_key WHERE identifier_id = $1

-- name: insert_blocking_key
INSERT INTO blocking_key (key, identifier_id) VALUES ($1, $2) ON CONFLICT (key, identifier_id) DO NOTHING

-- name: by_blocking_key
SELECT identifier_id FROM blocking_key WHERE key = $1 ORDER BY identifier_id LIMIT $2

-- name: population
SELECT COUNT(*) AS count FROM customer_profile
