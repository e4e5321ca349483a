-- name: insert_member
INSERT INTO member (id, email, name, role, enabled, created_at) VALUES ($1, $2, $3, $4, TRUE, $5)
ON CONFLICT (email) DO NOTHING

-- name: member_by_id
SELECT id, email, name, role, enabled, password_hash IS NOT NULL AS has_password, created_at FROM member WHERE id = $1

-- name: member_by_email
SELECT id FROM member WHERE email = $1

-- name: members
SELECT id, email, name, role, enabled, password_hash IS NOT NULL AS has_password, created_at FROM member
WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: overseers
SELECT id FROM member WHERE role IN ('supervisor', 'admin') AND enabled = TRUE ORDER BY id

-- name: set_member
UPDATE member SET name = $2, role = $3, enabled = $4 WHERE id = $1

-- name: lock_admins
SELECT id FROM member WHERE role = 'admin' ORDER BY id

-- name: lock_admins @postgres
SELECT id FROM member WHERE role = 'admin' ORDER BY id FOR UPDATE

-- name: count_admins
SELECT COUNT(*) AS count FROM member WHERE role = 'admin' AND enabled = TRUE AND password_hash IS NOT NULL

-- name: count_with_password
SELECT COUNT(*) AS count FROM member WHERE password_hash IS NOT NULL

-- name: credentials
SELECT id, password_hash FROM member WHERE email = $1 AND enabled = TRUE

-- name: lock_credentials
SELECT password_hash FROM member WHERE id = $1 AND enabled = TRUE

-- name: lock_credentials @postgres
SELECT password_hash FROM member WHERE id = $1 AND enabled = TRUE FOR UPDATE

-- name: set_password
UPDATE member SET password_hash = $2 WHERE id = $1

-- name: insert_session
INSERT INTO member_session (token_hash, member_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)

-- name: session
SELECT m.id, m.email, m.name, m.role, m.enabled, m.password_hash IS NOT NULL AS has_password, m.created_at, s.csrf, s.expires_at
FROM member_session s JOIN member m ON m.id = s.member_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND m.enabled = TRUE

-- name: drop_session
DELETE FROM member_session WHERE token_hash = $1

-- name: drop_sessions_of
DELETE FROM member_session WHERE member_id = $1

-- name: drop_expired_sessions
DELETE FROM member_session WHERE expires_at <= $1

-- name: insert_invite
INSERT INTO invite (token_hash, member_id, expires_at) VALUES ($1, $2, $3)

-- name: drop_invites_of
DELETE FROM invite WHERE member_id = $1

-- name: use_invite
UPDATE invite SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING member_id

-- name: accept_invite
UPDATE member SET email = $2, name = $3, password_hash = $4 WHERE id = $1

-- name: insert_token
INSERT INTO api_token (id, name, token_hash, scopes, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: token_by_id
SELECT id, name, scopes, created_by, created_at, expires_at, revoked_at FROM api_token WHERE id = $1

-- name: tokens
SELECT id, name, scopes, created_by, created_at, expires_at, revoked_at FROM api_token WHERE id < $1 ORDER BY id DESC LIMIT $2

-- name: live_token
SELECT id, name, scopes, created_by, created_at, expires_at, revoked_at FROM api_token
WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)

-- name: revoke_token
UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL

-- name: record_act
INSERT INTO audit (id, at, actor, action, object, details) VALUES ($1, $2, $3, $4, $5, $6)

-- name: acts
SELECT id, at, actor, action, object, details FROM audit
WHERE id < $1 AND ($2 = '' OR action = $2) ORDER BY id DESC LIMIT $3

-- name: take_key
INSERT INTO idempotency (principal, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (principal, key) DO NOTHING

-- name: answer
SELECT request_hash, status, body FROM idempotency WHERE principal = $1 AND key = $2

-- name: keep_answer
UPDATE idempotency SET status = $3, body = $4 WHERE principal = $1 AND key = $2

-- name: forget_answers
DELETE FROM idempotency WHERE created_at < $1
