-- A conversation begins as is set for the endpoint ($6) it begins on.
-- name: insert
INSERT INTO conversation (id, identifier_id, brand, status, subject, priority, fields, tags, last_seq, created_at,
                          updated_at)
SELECT $1, $2, $3, 'open', $4, e.priority,
       CASE WHEN e.queue IS NULL THEN '{}' ELSE '{"queue":"' || e.queue || '"}' END, e.tags, 0, $5, $5
FROM endpoint e WHERE e.id = $6
RETURNING priority, fields, tags

-- name: case @part
SELECT c.id, c.identifier_id, i.customer_id, c.brand, c.status, c.subject, c.priority, c.owner_id, c.fields, c.last_seq,
       c.created_at, c.updated_at, c.resolved_at, c.snoozed_until, c.tags, c.serve_by, c.with_agent,
       c.callback, c.waiting_since
FROM conversation c JOIN identifier i ON i.id = c.identifier_id

-- name: by_id
{case}
WHERE c.id = $1

-- Conversations of a customer that a message may join, the best first: the one in which this very identifier
-- wrote on this endpoint, then one that was this person's before members merged anything, then the latest.
-- name: joinable
SELECT c.id, c.status, c.last_seq,
       CASE WHEN EXISTS (
         SELECT 1 FROM interaction x WHERE x.conversation_id = c.id AND x.identifier_id = $2 AND x.endpoint_id = $3
       ) THEN 1 ELSE 0 END AS same_line
FROM conversation c JOIN identifier i ON i.id = c.identifier_id
WHERE i.customer_id = $1 AND c.id <> $5
  AND (c.status IN ('open', 'pending', 'snoozed') OR (c.status = 'resolved' AND c.resolved_at >= $4))
ORDER BY CASE WHEN i.automatic_id = (SELECT own.automatic_id FROM identifier own WHERE own.id = $2) THEN 0 ELSE 1 END,
         same_line DESC, c.updated_at DESC, c.id DESC
LIMIT 1

-- name: lock
SELECT id, status FROM conversation WHERE id = $1

-- name: lock @postgres
SELECT id, status FROM conversation WHERE id = $1 FOR UPDATE

-- name: reopen
UPDATE conversation SET status = 'open', resolved_at = NULL, snoozed_until = NULL WHERE id = $1

-- `$3` says whether the customer waits from now on (`asked`), no longer (`answered`), or as before. Whoever waits already
-- waits since then.
-- name: next_seq
UPDATE conversation SET last_seq = last_seq + 1, updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END,
       waiting_since = CASE CAST($3 AS TEXT) WHEN 'asked' THEN COALESCE(waiting_since, $2) WHEN 'answered' THEN NULL
                       ELSE waiting_since END
WHERE id = $1 RETURNING last_seq, owner_id

-- A person has answered: what was promised is kept.
-- name: answered
UPDATE conversation SET serve_by = NULL, waiting_since = NULL
WHERE id = $1 AND (serve_by IS NOT NULL OR waiting_since IS NOT NULL)

-- Since when the customer waits, from what was said: entries that moved were numbered anew, so their times count.
-- name: recount_waiting
UPDATE conversation SET waiting_since = CASE WHEN status IN ('open', 'snoozed') THEN (
  SELECT MIN(e.at) FROM entry e
  WHERE e.conversation_id = $1 AND e.kind = 'message' AND e.direction = 'in' AND e.body NOT LIKE '%"automatic":true%'
    AND NOT EXISTS (
      SELECT 1 FROM entry a WHERE a.conversation_id = $1 AND a.at >= e.at AND a.kind = 'message' AND a.direction = 'out'
        AND a.author_kind IN ('member', 'api', 'ai')
    )
) END
WHERE id = $1

-- name: insert_entry
INSERT INTO entry (conversation_id, seq, id, at, recorded_at, kind, direction, author_kind, author_id, author_name,
                   interaction_id, channel, public, text, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- name: entries
SELECT conversation_id, seq, id, at, recorded_at, kind, direction, author_kind, author_id, author_name, interaction_id,
       channel, public, text, body
FROM entry WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3

-- name: entry_by_id
SELECT conversation_id, seq, id, at, recorded_at, kind, direction, author_kind, author_id, author_name, interaction_id,
       channel, public, text, body
FROM entry WHERE id = $1

-- name: entries_of_line
SELECT e.conversation_id, e.seq, e.id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind, e.author_id,
       e.author_name, e.interaction_id, e.channel, e.public, e.text, e.body
FROM entry e JOIN interaction x ON x.id = e.interaction_id
WHERE e.conversation_id = $1 AND e.seq > $2 AND e.public = TRUE AND x.identifier_id = $4 ORDER BY e.seq LIMIT $3

-- name: entries_public
SELECT conversation_id, seq, id, at, recorded_at, kind, direction, author_kind, author_id, author_name, interaction_id,
       channel, public, text, body
FROM entry WHERE conversation_id = $1 AND seq > $2 AND public = TRUE ORDER BY seq LIMIT $3

-- name: timeline
SELECT e.conversation_id, e.seq, e.id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind, e.author_id,
       e.author_name, e.interaction_id, e.channel, e.public, e.text, e.body
FROM entry e JOIN conversation c ON c.id = e.conversation_id JOIN identifier i ON i.id = c.identifier_id
WHERE i.customer_id = $1 AND (e.at < $2 OR (e.at = $2 AND e.id < $3))
ORDER BY e.at DESC, e.id DESC LIMIT $4

-- name: upsert_interaction
INSERT INTO interaction (id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq)
VALUES ($1, $2, $3, $4, $5, $6, $6, 0)
ON CONFLICT (conversation_id, endpoint_id, identifier_id)
DO UPDATE SET last_at = CASE WHEN interaction.last_at > excluded.last_at THEN interaction.last_at ELSE excluded.last_at END
RETURNING id, (SELECT e.agent FROM endpoint e WHERE e.id = $3) AS agent

-- A line we open and the customer has not used yet: it comes after every other one.
-- name: open_interaction
INSERT INTO interaction (id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq)
VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
ON CONFLICT (conversation_id, endpoint_id, identifier_id) DO UPDATE SET read_seq = interaction.read_seq
RETURNING id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq

-- name: interactions
SELECT id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq
FROM interaction WHERE conversation_id = $1 ORDER BY last_at DESC, id DESC

-- name: interaction_by_id
SELECT id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq FROM interaction WHERE id = $1

-- name: last_interaction
SELECT x.id, x.conversation_id, x.endpoint_id, x.channel, x.identifier_id, x.started_at, x.last_at, x.read_seq
FROM interaction x JOIN conversation c ON c.id = x.conversation_id
WHERE x.identifier_id = $1 AND x.endpoint_id = $2 ORDER BY x.last_at DESC, x.id DESC LIMIT 1

-- name: mark_read
UPDATE interaction SET read_seq = $2 WHERE id = $1 AND read_seq < $2

-- name: set_state
UPDATE conversation SET status = $2, subject = $3, priority = $4, owner_id = $5, fields = $6, resolved_at = $7,
       snoozed_until = $8, tags = $9, waiting_since = $10 WHERE id = $1

-- name: set_callback
UPDATE conversation SET callback = $2 WHERE id = $1

-- name: set_subject
UPDATE conversation SET subject = $2 WHERE id = $1 AND subject IS NULL

-- A call to the number in $2 that is wanted ($3) in another conversation.
-- name: called_elsewhere
SELECT id FROM conversation WHERE callback IS NOT NULL AND id <> $1 AND callback LIKE $2 AND callback LIKE $3 LIMIT 1

-- name: list
{case}
WHERE (c.updated_at < $1 OR (c.updated_at = $1 AND c.id < $2))
  AND ($3 = '' OR c.status = $3)
  AND (CAST($4 AS TEXT) = '' OR c.owner_id = $5)
  AND ($6 = '' OR EXISTS (SELECT 1 FROM interaction x WHERE x.conversation_id = c.id AND x.channel = $6))
ORDER BY c.updated_at DESC, c.id DESC LIMIT $7

-- What the inbox is asked for. `$3` has the wanted states between commas (`,open,pending,`), `$9` the priorities; `$4` says
-- whose they are (`owner`, `nobody`, `agent`), and `$7` is a pattern in lower case.
-- name: wanted @part
($3 = '' OR $3 LIKE '%,' || c.status || ',%')
  AND (CAST($4 AS TEXT) <> 'owner' OR c.owner_id = $5)
  AND (CAST($4 AS TEXT) <> 'nobody' OR (c.owner_id IS NULL AND NOT c.with_agent))
  AND (CAST($4 AS TEXT) <> 'agent' OR (c.owner_id IS NULL AND c.with_agent))
  AND ($6 = '' OR EXISTS (SELECT 1 FROM interaction x WHERE x.conversation_id = c.id AND x.channel = $6))
  AND ($7 = '' OR LOWER(c.subject) LIKE $7 ESCAPE '\' OR LOWER(c.fields) LIKE $7 ESCAPE '\' OR EXISTS (
        SELECT 1 FROM fact f WHERE f.conversation_id = c.id AND LOWER(f.value) LIKE $7 ESCAPE '\'
      ) OR EXISTS (
        SELECT 1 FROM identifier k LEFT JOIN customer_profile p ON p.customer_id = k.id
        WHERE k.customer_id = i.customer_id AND (LOWER(k.value) LIKE $7 ESCAPE '\' OR LOWER(k.name) LIKE $7 ESCAPE '\'
              OR LOWER(p.name) LIKE $7 ESCAPE '\')
      ))
  AND ($9 = '' OR $9 LIKE '%,' || c.priority || ',%')
  AND ($10 = '' OR c.tags LIKE $10 ESCAPE '\')

-- The latest change first; without those that come before all others in the order `$11`.
-- name: inbox
{case}
WHERE (c.updated_at < $1 OR (c.updated_at = $1 AND c.id < $2))
  AND (CAST($11 AS TEXT) <> 'waiting' OR c.waiting_since IS NULL)
  AND (CAST($11 AS TEXT) <> 'due' OR c.serve_by IS NULL)
  AND {wanted}
ORDER BY c.updated_at DESC, c.id DESC LIMIT $8

-- Those who wait, the longest first.
-- name: inbox_waiting
{case}
WHERE c.waiting_since >= $1 AND (c.waiting_since > $1 OR c.id > $2)
  AND {wanted}
ORDER BY c.waiting_since, c.id LIMIT $8

-- Those who are promised something, what runs out first.
-- name: inbox_due
{case}
WHERE c.serve_by >= $1 AND (c.serve_by > $1 OR c.id > $2)
  AND {wanted}
ORDER BY c.serve_by, c.id LIMIT $8

-- What was said with all these words in it, each the beginning of one; the latest first.
-- name: said @sqlite
SELECT e.conversation_id, e.seq, e.id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind, e.author_id,
       e.author_name, e.interaction_id, e.channel, e.public, e.text, e.body
FROM entry_words w JOIN entry e ON e.id = w.entry_id
WHERE w.entry_words MATCH '"' || REPLACE($1, ' ', '"* "') || '"*' ORDER BY w.rowid DESC LIMIT $2

-- name: said @postgres
SELECT e.conversation_id, e.seq, e.id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind, e.author_id,
       e.author_name, e.interaction_id, e.channel, e.public, e.text, e.body
FROM entry e
WHERE e.kind IN ('message', 'note', 'call', 'transcript')
  AND to_tsvector('simple', regexp_replace(LEFT(e.text, 100000), '[^[:alnum:]]+', ' ', 'g'))
      @@ to_tsquery('simple', REPLACE($1, ' ', ':* & ') || ':*')
ORDER BY e.at DESC, e.id DESC LIMIT $2

-- What was said so lately that its words are not brought in yet; the latest first.
-- name: said_lately
SELECT e.conversation_id, e.seq, e.id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind, e.author_id,
       e.author_name, e.interaction_id, e.channel, e.public, e.text, e.body
FROM entry_words_wanted w JOIN entry e ON e.id = w.entry_id ORDER BY w.id DESC LIMIT $1

-- The end of the next batch of words to be brought in.
-- name: words_until
SELECT MAX(b.id) AS id, COUNT(*) AS count FROM (SELECT id FROM entry_words_wanted ORDER BY id LIMIT $1) b

-- name: bring_words @sqlite
INSERT INTO entry_words (entry_id, text)
SELECT e.id, e.text FROM entry_words_wanted w JOIN entry e ON e.id = w.entry_id WHERE w.id <= $1 ORDER BY w.id

-- PostgreSQL's own index has them already.
-- name: bring_words @postgres
SELECT id FROM entry_words_wanted WHERE id <= $1

-- name: words_brought
DELETE FROM entry_words_wanted WHERE id <= $1

-- name: remember_tag
INSERT INTO tag (name, used_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET used_at = excluded.used_at

-- name: known_tags
SELECT name FROM tag ORDER BY used_at DESC, name LIMIT $1

-- name: held_by
SELECT id FROM conversation WHERE owner_id = $1 AND status NOT IN ('resolved', 'closed') ORDER BY id

-- name: newest_words
SELECT conversation_id, seq, id, at, recorded_at, kind, direction, author_kind, author_id, author_name, interaction_id,
       channel, public, text, body
FROM entry WHERE conversation_id = $1 AND kind IN ('message', 'note', 'call') ORDER BY seq DESC LIMIT 1

-- name: of_customer
{case}
WHERE i.customer_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3

-- name: set_fact
INSERT INTO fact (conversation_id, name, value, seq, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (conversation_id, name) DO UPDATE SET value = excluded.value, seq = excluded.seq, at = excluded.at

-- name: facts
SELECT name, value, seq, at FROM fact WHERE conversation_id = $1 ORDER BY name

-- name: drop_fact
DELETE FROM fact WHERE conversation_id = $1 AND seq = $2

-- name: fact_at
SELECT name, value, seq, at FROM fact WHERE conversation_id = $1 AND seq = $2

-- Conversations in which any line belongs to somebody else than the conversation does. A line that only we have
-- used so far (it carried a code to an address not proven yet) stays with the conversation it was opened for.
-- name: strays
SELECT x.id, x.conversation_id, x.endpoint_id, x.channel, x.identifier_id, x.started_at, x.last_at, x.read_seq,
       own.customer_id AS owner_customer, i.customer_id AS line_customer, c.brand
FROM interaction x
JOIN conversation c ON c.id = x.conversation_id
JOIN identifier own ON own.id = c.identifier_id
JOIN identifier i ON i.id = x.identifier_id
WHERE c.id IN (SELECT y.conversation_id FROM interaction y WHERE y.identifier_id = $1)
  AND own.customer_id <> i.customer_id
  AND x.last_at > 0
ORDER BY x.conversation_id, x.started_at, x.id

-- name: entries_of_interaction
SELECT conversation_id, seq, id, at, recorded_at, kind, direction, author_kind, author_id, author_name, interaction_id,
       channel, public, text, body
FROM entry WHERE conversation_id = $1 AND interaction_id = $2 ORDER BY seq

-- name: withdraw_entry
UPDATE entry SET id = $3, kind = 'identity', direction = 'internal', author_kind = 'system', author_id = NULL,
       author_name = NULL, interaction_id = NULL, channel = NULL, public = FALSE, text = '', body = $4
WHERE conversation_id = $1 AND seq = $2

-- name: move_attachments
UPDATE attachment SET conversation_id = $2 WHERE entry_id = $1

-- name: move_deliveries
UPDATE delivery SET conversation_id = $3, seq = $4, interaction_id = $5 WHERE conversation_id = $1 AND seq = $2

-- name: move_inbound
UPDATE inbound SET conversation_id = $3, seq = $4 WHERE conversation_id = $1 AND seq = $2

-- name: move_mail
UPDATE mail_message SET conversation_id = $2, interaction_id = $3 WHERE interaction_id = $1

-- name: retire_interaction
DELETE FROM interaction WHERE id = $1
