-- The working text. `changed` says whether it differs from what is published.
-- name: by_id
SELECT a.id, a.slug, a.locale, a.status, a.version, a.title, a.body, a.audience, a.tags, a.questions, a.source,
       a.created_at, a.updated_at, a.published_at,
       (v.number IS NULL OR v.title <> a.title OR v.body <> a.body OR v.audience <> a.audience OR v.tags <> a.tags
        OR v.questions <> a.questions) AS changed
FROM article a LEFT JOIN article_version v ON v.article_id = a.id AND v.number = a.version
WHERE a.id = $1

-- name: id_by_slug
SELECT id FROM article WHERE slug = $1 AND locale = $2

-- name: list
SELECT a.id, a.slug, a.locale, a.status, a.version, a.title, a.audience, a.tags, a.source,
       a.created_at, a.updated_at, a.published_at,
       (v.number IS NULL OR v.title <> a.title OR v.body <> a.body OR v.audience <> a.audience OR v.tags <> a.tags
        OR v.questions <> a.questions) AS changed
FROM article a LEFT JOIN article_version v ON v.article_id = a.id AND v.number = a.version
WHERE a.id < $1 AND ($2 = '' OR a.status = $2) AND ($3 = '' OR a.audience = $3)
ORDER BY a.id DESC LIMIT $4

-- name: insert
INSERT INTO article (id, slug, locale, status, version, last_version, title, body, audience, tags, questions, source,
                     revision, created_at, updated_at)
VALUES ($1, $2, $3, 'draft', 0, 0, $4, $5, $6, $7, $8, $9, 0, $10, $10)
ON CONFLICT (slug, locale) DO NOTHING

-- name: set_text
UPDATE article SET title = $2, body = $3, audience = $4, tags = $5, questions = $6, updated_at = $7 WHERE id = $1

-- The next version's number; takes the article's lock.
-- name: next_version
UPDATE article SET last_version = last_version WHERE id = $1 RETURNING last_version + 1 AS number

-- name: insert_version
INSERT INTO article_version (article_id, number, title, body, audience, tags, questions, published_by, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: insert_passage
INSERT INTO passage (article_id, version, number, anchor, headings, text, questions)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: set_published
UPDATE article SET status = 'published', version = $2, last_version = $2, revision = $3, published_at = $4, updated_at = $4 WHERE id = $1

-- name: set_archived
UPDATE article SET status = 'archived', revision = $2, updated_at = $3 WHERE id = $1

-- One row, so whoever changes what is found does so one after the other, and revisions are committed in order.
-- name: next_revision
INSERT INTO setting (name, value) VALUES ('knowledge.revision', '1')
ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)
RETURNING value

-- name: public_questions
SELECT p.questions FROM passage p JOIN article a ON a.id = p.article_id AND a.version = p.version
WHERE a.status = 'published' AND a.audience = 'public' ORDER BY p.article_id, p.number

-- name: versions
SELECT number, title, audience, published_by, at FROM article_version
WHERE article_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3

-- name: version
SELECT number, title, body, audience, tags, questions, published_by, at FROM article_version
WHERE article_id = $1 AND number = $2

-- name: passages
SELECT number, anchor, headings, text, questions FROM passage WHERE article_id = $1 AND version = $2 ORDER BY number

-- What a reader is shown: the published version.
-- name: published
SELECT a.id, a.slug, a.locale, v.number, v.title, v.body, v.audience, v.tags, a.published_at
FROM article a JOIN article_version v ON v.article_id = a.id AND v.number = a.version
WHERE a.slug = $1 AND a.status = 'published' ORDER BY a.locale

-- name: published_titles
SELECT a.slug, a.locale, v.title, v.audience, v.tags
FROM article a JOIN article_version v ON v.article_id = a.id AND v.number = a.version
WHERE a.status = 'published' ORDER BY v.title, a.slug, a.locale LIMIT $1

-- What changed for those who search.
-- name: changed_since
SELECT a.id, a.revision, a.status, a.slug, a.locale, v.number, v.title, v.audience
FROM article a JOIN article_version v ON v.article_id = a.id AND v.number = a.version
WHERE a.revision > $1 ORDER BY a.revision LIMIT $2

-- name: vector
SELECT vector FROM passage_vector WHERE hash = $1 AND model = $2

-- name: put_vector
INSERT INTO passage_vector (hash, model, vector) VALUES ($1, $2, $3) ON CONFLICT (hash, model) DO NOTHING

-- name: insert_gap
INSERT INTO knowledge_gap (id, at, question, locale, confidence, conversation_id, vector)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: open_gaps
SELECT id, at, question, locale, confidence, conversation_id, vector FROM knowledge_gap
WHERE closed_at IS NULL ORDER BY at DESC, id DESC LIMIT $1

-- name: close_gap
UPDATE knowledge_gap SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL
