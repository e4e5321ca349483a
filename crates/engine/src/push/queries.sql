-- A browser is known by its address. Told again it is one row; told by somebody else it is theirs from then on, under a
-- new id, so that what waits for the former one finds nobody.
-- name: subscribe
INSERT INTO push_subscription (id, identifier_id, url, p256dh, auth, language, seen_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (url) DO UPDATE SET
    id = CASE WHEN push_subscription.identifier_id = excluded.identifier_id THEN push_subscription.id ELSE excluded.id END,
    identifier_id = excluded.identifier_id, p256dh = excluded.p256dh, auth = excluded.auth,
    language = excluded.language, seen_at = excluded.seen_at

-- name: keep_newest
DELETE FROM push_subscription WHERE identifier_id = $1 AND id NOT IN (
    SELECT id FROM push_subscription WHERE identifier_id = $1 ORDER BY seen_at DESC, id DESC LIMIT $2
)

-- name: unsubscribe
DELETE FROM push_subscription WHERE identifier_id = $1 AND url = $2

-- name: forget
DELETE FROM push_subscription WHERE identifier_id = $1

-- name: gone
DELETE FROM push_subscription WHERE id = $1

-- name: of_visitor
SELECT id FROM push_subscription WHERE identifier_id = $1 ORDER BY id

-- name: by_id
SELECT id, identifier_id, url, p256dh, auth, language FROM push_subscription WHERE id = $1

-- name: newest_answer
SELECT MAX(seq) AS seq FROM delivery WHERE conversation_id = $1 AND interaction_id = $2
