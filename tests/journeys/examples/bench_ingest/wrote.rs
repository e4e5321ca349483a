//! The rows the server wrote, to be written again by the bound.

use journeys::Server;
use throughline_storage::{Db, Options, Query, Result, Row, Value, params};
use uuid::Uuid;

/// The most messages the bound writes again.
const LIMIT: i64 = 60_000;

const ENDPOINTS: Query = Query::plain(
    "bench.endpoints",
    "SELECT id, name, channel, address, brand, created_at FROM endpoint",
);
const IDENTIFIERS: Query = Query::plain(
    "bench.identifiers",
    "SELECT id, kind, value, epoch, born_at, seen_at, customer_id, automatic_id FROM identifier",
);
const CONVERSATIONS: Query = Query::plain(
    "bench.conversations",
    "SELECT id, identifier_id, brand, status, priority, fields, created_at, updated_at FROM conversation",
);
const INTERACTIONS: Query = Query::plain(
    "bench.interactions",
    "SELECT id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at FROM interaction",
);
const MESSAGES: Query = Query {
    name: "bench.messages",
    sqlite: "SELECT e.conversation_id, e.seq, e.id AS entry_id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind,
                    e.author_id, e.interaction_id, e.channel, e.public, e.text, e.body,
                    i.endpoint_id, i.provider_id, i.id AS inbound_id, i.received_at, i.media_type, i.body AS raw
             FROM entry e JOIN inbound i ON i.conversation_id = e.conversation_id AND i.seq = e.seq ORDER BY e.id LIMIT ?1",
    postgres: "SELECT e.conversation_id, e.seq, e.id AS entry_id, e.at, e.recorded_at, e.kind, e.direction, e.author_kind,
                    e.author_id, e.interaction_id, e.channel, e.public, e.text, e.body,
                    i.endpoint_id, i.provider_id, i.id AS inbound_id, i.received_at, i.media_type, i.body AS raw
             FROM entry e JOIN inbound i ON i.conversation_id = e.conversation_id AND i.seq = e.seq ORDER BY e.id LIMIT $1",
};

/// What stands before the first message.
pub struct Rows {
    /// Statement for a table, and the values of its rows.
    pub before: Vec<(&'static Query, Vec<Vec<Value>>)>,
    /// The messages in the order they were written.
    pub messages: Vec<Message>,
}

/// One message, as the values of the statements that store it.
pub struct Message {
    pub touch: Vec<Value>,
    pub interaction: Vec<Value>,
    pub next_seq: Vec<Value>,
    pub entry: Vec<Value>,
    pub inbound: Vec<Value>,
}

const INSERT_ENDPOINT: Query = Query {
    name: "bench.insert_endpoint",
    sqlite: "INSERT INTO endpoint (id, name, channel, address, brand, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    postgres: "INSERT INTO endpoint (id, name, channel, address, brand, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
};
const INSERT_IDENTIFIER: Query = Query {
    name: "bench.insert_identifier",
    sqlite: "INSERT INTO identifier (id, kind, value, epoch, born_at, seen_at, customer_id, automatic_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    postgres: "INSERT INTO identifier (id, kind, value, epoch, born_at, seen_at, customer_id, automatic_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};
const INSERT_CONVERSATION: Query = Query {
    name: "bench.insert_conversation",
    sqlite: "INSERT INTO conversation (id, identifier_id, brand, status, priority, fields, last_seq, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
    postgres: "INSERT INTO conversation (id, identifier_id, brand, status, priority, fields, last_seq, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)",
};
const INSERT_INTERACTION: Query = Query {
    name: "bench.insert_interaction",
    sqlite: "INSERT INTO interaction (id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
    postgres: "INSERT INTO interaction (id, conversation_id, endpoint_id, channel, identifier_id, started_at, last_at, read_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
};

/// Reads what the server has stored.
pub async fn read(server: &Server) -> Rows {
    let db = Db::open(&Options::new(server.database_url())).unwrap();
    let endpoints = table(&db, &ENDPOINTS, |row| {
        Ok(params![
            row.get::<Uuid>("id")?,
            row.get::<String>("name")?,
            row.get::<String>("channel")?,
            row.get::<String>("address")?,
            row.get::<String>("brand")?,
            row.get::<i64>("created_at")?
        ]
        .to_vec())
    });
    let identifiers = table(&db, &IDENTIFIERS, |row| {
        Ok(params![
            row.get::<Uuid>("id")?,
            row.get::<String>("kind")?,
            row.get::<String>("value")?,
            row.get::<i64>("epoch")?,
            row.get::<i64>("born_at")?,
            row.get::<i64>("born_at")?,
            row.get::<Uuid>("customer_id")?,
            row.get::<Uuid>("automatic_id")?
        ]
        .to_vec())
    });
    let conversations = table(&db, &CONVERSATIONS, |row| {
        Ok(params![
            row.get::<Uuid>("id")?,
            row.get::<Uuid>("identifier_id")?,
            row.get::<String>("brand")?,
            row.get::<String>("status")?,
            row.get::<String>("priority")?,
            row.get::<String>("fields")?,
            row.get::<i64>("created_at")?,
            row.get::<i64>("created_at")?
        ]
        .to_vec())
    });
    let interactions = table(&db, &INTERACTIONS, |row| {
        Ok(params![
            row.get::<Uuid>("id")?,
            row.get::<Uuid>("conversation_id")?,
            row.get::<Uuid>("endpoint_id")?,
            row.get::<String>("channel")?,
            row.get::<Uuid>("identifier_id")?,
            row.get::<i64>("started_at")?,
            row.get::<i64>("started_at")?
        ]
        .to_vec())
    });
    let messages = db.read(|tx| tx.all(&MESSAGES, params![LIMIT], message));
    Rows {
        before: vec![
            (&INSERT_ENDPOINT, endpoints.await),
            (&INSERT_IDENTIFIER, identifiers.await),
            (&INSERT_CONVERSATION, conversations.await),
            (&INSERT_INTERACTION, interactions.await),
        ],
        messages: messages.await.unwrap(),
    }
}

async fn table(
    db: &Db,
    query: &'static Query,
    map: impl Fn(&Row<'_>) -> Result<Vec<Value>> + Send + 'static,
) -> Vec<Vec<Value>> {
    db.read(move |tx| tx.all(query, params![], &map))
        .await
        .unwrap()
}

fn message(row: &Row<'_>) -> Result<Message> {
    let id = |column: &str| row.get::<Uuid>(column);
    let text = |column: &str| row.get::<String>(column);
    let number = |column: &str| row.get::<i64>(column);
    let (conversation, endpoint, seq) =
        (id("conversation_id")?, id("endpoint_id")?, number("seq")?);
    let (author, line, at) = (
        id("author_id")?,
        id("interaction_id")?,
        number("recorded_at")?,
    );
    Ok(Message {
        touch: params![author, at, Value::Null].to_vec(),
        interaction: params![line, conversation, endpoint, text("channel")?, author, at].to_vec(),
        next_seq: params![conversation, at, "asked"].to_vec(),
        entry: params![
            conversation,
            seq,
            id("entry_id")?,
            number("at")?,
            at,
            text("kind")?,
            text("direction")?,
            text("author_kind")?,
            author,
            Value::Null,
            line,
            text("channel")?,
            row.get::<bool>("public")?,
            text("text")?,
            text("body")?
        ]
        .to_vec(),
        inbound: params![
            endpoint,
            text("provider_id")?,
            id("inbound_id")?,
            number("received_at")?,
            text("media_type")?,
            row.get::<Option<Vec<u8>>>("raw")?,
            Value::Null,
            conversation,
            seq
        ]
        .to_vec(),
    })
}
