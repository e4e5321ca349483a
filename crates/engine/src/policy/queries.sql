-- name: newest
SELECT number, version FROM policy_version WHERE kind = $1 ORDER BY number DESC LIMIT 1

-- Two who publish at the same moment take the same number; one of them is told.
-- name: insert_version
INSERT INTO policy_version (kind, number, version, sources, note, proof, proofs, overridden, restores, published_by, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (kind, number) DO NOTHING

-- name: sources
SELECT sources FROM policy_version WHERE kind = $1 AND number = $2

-- name: proofs
SELECT proofs FROM policy_version WHERE kind = $1 AND number = $2

-- name: version
SELECT kind, number, version, note, proof, overridden, restores, published_by, at
FROM policy_version WHERE kind = $1 AND number = $2

-- name: versions
SELECT kind, number, version, note, proof, overridden, restores, published_by, at
FROM policy_version WHERE kind = $1 AND number < $2 AND ($3 = '' OR version = $3)
ORDER BY number DESC LIMIT $4

-- name: decisions
SELECT conversation_id, seq, recorded_at, body FROM entry WHERE kind = 'decision' ORDER BY recorded_at DESC LIMIT $1

-- name: delivery_decisions
SELECT d.conversation_id, d.seq, x.at, x.request, x.decision
FROM delivery_decision x JOIN delivery d ON d.id = x.delivery_id ORDER BY x.at DESC LIMIT $1
