-- name: insert
INSERT INTO job (id, kind, key, payload, state, run_at, attempts, max_attempts, created_at)
VALUES ($1, $2, $3, $4, 'ready', $5, 0, $6, $7)

-- An older job of the same key that is neither done nor dead goes first, whatever it waits for.
-- name: claim
UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $3
WHERE id IN (
    SELECT j.id FROM job j
    WHERE j.kind = $1
      AND ((j.state = 'ready' AND j.run_at <= $2) OR (j.state = 'running' AND j.lease_until < $2))
      AND NOT EXISTS (
        SELECT 1 FROM job older WHERE older.kind = j.kind AND older.key = j.key AND older.id < j.id AND older.state <> 'dead'
      )
    ORDER BY j.run_at
    LIMIT $4
)
RETURNING id, kind, key, payload, attempts, max_attempts

-- name: claim @postgres
UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $3
WHERE id IN (
    SELECT j.id FROM job j
    WHERE j.kind = $1
      AND ((j.state = 'ready' AND j.run_at <= $2) OR (j.state = 'running' AND j.lease_until < $2))
      AND NOT EXISTS (
        SELECT 1 FROM job older WHERE older.kind = j.kind AND older.key = j.key AND older.id < j.id AND older.state <> 'dead'
      )
    ORDER BY j.run_at
    LIMIT $4
    FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, key, payload, attempts, max_attempts

-- name: next_due
SELECT MIN(CASE WHEN state = 'running' THEN lease_until ELSE run_at END) AS due FROM job WHERE state <> 'dead'

-- Only what could be claimed: what waits behind an older job of its key is due when that one is out of the way.
-- name: next_claim
SELECT MIN(CASE WHEN j.state = 'running' THEN j.lease_until ELSE j.run_at END) AS due FROM job j
WHERE j.kind = $1 AND j.state <> 'dead' AND NOT EXISTS (
    SELECT 1 FROM job older WHERE older.kind = j.kind AND older.key = j.key AND older.id < j.id AND older.state <> 'dead'
)

-- name: delete
DELETE FROM job WHERE id = $1

-- name: bury
UPDATE job SET state = 'dead', lease_until = NULL, last_error = $2 WHERE id = $1

-- name: retry
UPDATE job SET state = 'ready', lease_until = NULL, run_at = $2, last_error = $3 WHERE id = $1

-- name: postpone
UPDATE job SET state = 'ready', lease_until = NULL, run_at = $2, attempts = attempts - 1 WHERE id = $1

-- name: dead
SELECT id, kind, key, payload, attempts, last_error, created_at FROM job
WHERE state = 'dead' AND id < $1 ORDER BY id DESC LIMIT $2

-- name: replay
UPDATE job SET state = 'ready', run_at = $2, attempts = 0 WHERE id = $1 AND state = 'dead'
