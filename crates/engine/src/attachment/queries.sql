-- name: insert
INSERT INTO attachment (id, conversation_id, entry_id, uploader, name, media_type, size, sha256, object_key, state, reason,
                        content_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: claim
UPDATE attachment SET conversation_id = $3, entry_id = $4 WHERE id = $1 AND uploader = $2 AND entry_id IS NULL

-- name: of_entry
SELECT id, name, media_type, size, sha256, state, reason, content_id, object_key FROM attachment WHERE entry_id = $1 ORDER BY id

-- name: of_conversation
SELECT id, entry_id, name, media_type, size, sha256, state, reason, content_id, object_key FROM attachment
WHERE conversation_id = $1 AND entry_id IS NOT NULL ORDER BY id

-- name: by_id
SELECT id, conversation_id, entry_id, name, media_type, size, sha256, state, reason, content_id, object_key FROM attachment
WHERE id = $1

-- What was pending, missing or unscanned becomes something else; what is stored or refused stays.
-- name: settle
UPDATE attachment SET name = $2, media_type = $3, size = $4, sha256 = $5, object_key = $6, state = $7, reason = $8
WHERE id = $1 AND state IN ('pending', 'missing', 'unscanned')
