-- name: mind
SELECT mind, heard, revision FROM agent_mind WHERE conversation_id = $1

-- name: first_mind
INSERT INTO agent_mind (conversation_id, mind, heard, revision, updated_at) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (conversation_id) DO NOTHING

-- name: change_mind
UPDATE agent_mind SET mind = $2, heard = $3, revision = revision + 1, updated_at = $4
WHERE conversation_id = $1 AND revision = $5

-- name: trace
INSERT INTO agent_trace (conversation_id, revision, heard, records, at) VALUES ($1, $2, $3, $4, $5)

-- name: traces
SELECT revision, heard, records, at FROM agent_trace WHERE conversation_id = $1 AND revision > $2
ORDER BY revision LIMIT $3

-- name: keep_library
INSERT INTO procedure_library (version, library, at) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING

-- name: library
SELECT library FROM procedure_library WHERE version = $1

-- Messages of the customer the agent has not heard yet.
-- name: unheard
SELECT seq, text, interaction_id FROM entry
WHERE conversation_id = $1 AND seq > $2 AND kind = 'message' AND direction = 'in' ORDER BY seq LIMIT 1

-- name: last_heard
SELECT text FROM entry
WHERE conversation_id = $1 AND seq <= $2 AND kind = 'message' AND direction = 'in' ORDER BY seq DESC LIMIT 1

-- Whether a person has answered since the agent listened last.
-- name: answered_by_person
SELECT COUNT(*) AS answers FROM entry
WHERE conversation_id = $1 AND seq > $2 AND kind = 'message' AND direction = 'out' AND author_kind IN ('member', 'api')

-- name: pictures
SELECT COUNT(*) AS pictures FROM attachment a JOIN entry e ON e.id = a.entry_id
WHERE a.conversation_id = $1 AND e.direction = 'in' AND a.media_type LIKE 'image/%'

-- What the policy said lately, the newest first.
-- name: decisions
SELECT body, at FROM entry WHERE conversation_id = $1 AND kind = 'decision' ORDER BY seq DESC LIMIT 50

-- name: newest_procedures
SELECT number, version FROM procedure_version ORDER BY number DESC LIMIT 1

-- Two who publish at the same moment take the same number; one of them is told.
-- name: insert_procedures
INSERT INTO procedure_version
    (number, version, files, changes, note, tests, report, overridden, restores, published_by, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (number) DO NOTHING

-- name: procedure_files
SELECT files FROM procedure_version WHERE number = $1

-- name: procedure_report
SELECT report FROM procedure_version WHERE number = $1

-- name: procedure_version
SELECT number, version, changes, note, tests, overridden, restores, published_by, at
FROM procedure_version WHERE number = $1

-- name: procedure_versions
SELECT number, version, changes, note, tests, overridden, restores, published_by, at
FROM procedure_version WHERE number < $1 AND ($2 = '' OR version = $2)
ORDER BY number DESC LIMIT $3
