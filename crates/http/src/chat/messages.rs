//! Writing and reading.

use super::addresses;
use super::guest::{Guest, KnownGuest};
use super::input::{Read, clean_text};
use super::lobby::Effort;
use super::look::look;
use super::settings;
use super::shape::{self, ChatEntry, ConversationInfo};
use crate::api::input::Query;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use throughline_engine::intake::{self, Circumstances};
use throughline_engine::visitor::{self, Visitor};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::id::{AttachmentId, ConversationId};
use throughline_model::inbound::{Content, Evidence, Inbound, Raw, Thread};
use throughline_model::prompt::{self, Answer};
use throughline_storage::Hint;

/// The most files one message may have.
const FILES_PER_MESSAGE: usize = 10;
/// The most entries one answer has.
const PAGE: usize = 100;

/// A message a visitor writes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    client_message_id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    files: Vec<AttachmentId>,
    #[serde(default)]
    new_issue: bool,
    /// An answer to what a message asked; its text is then what was chosen or filled in.
    #[serde(default)]
    answer: Option<Answer>,
    /// What the chat asks for before the first message.
    #[serde(default)]
    about: BTreeMap<String, String>,
}

/// A message that is stored for good.
#[derive(Serialize)]
pub struct Accepted {
    conversation: ConversationId,
    seq: i64,
    duplicate: bool,
    started: bool,
}

/// Where to read on.
#[derive(Deserialize)]
pub struct After {
    #[serde(default)]
    after: i64,
}

/// Some of the conversation.
#[derive(Serialize)]
pub struct Page {
    conversation: Option<ConversationInfo>,
    entries: Vec<ChatEntry>,
    /// True when there are more after the last one.
    more: bool,
}

/// What the visitor has seen.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    seq: i64,
}

/// Whether the visitor is typing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typing {
    typing: bool,
}

/// `POST /chat/v1/messages`: the answer comes after the message is stored for good. The same client message id
/// stores nothing twice.
///
/// # Errors
/// 422 for a message that says nothing or too much, 429.
pub async fn write(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    KnownGuest { guest, assurance }: KnownGuest,
    written: Read<Written>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Message, now)?;
    app.lobby().count_address(address, now)?;
    check(&written.value)?;
    let guest = introduce(&app, guest, &written.value.about).await?;
    let (text, answer) = content(&app, &guest, &written.value).await?;
    let circumstances = Circumstances {
        brand: guest.chat.record.brand.clone(),
        wish: None,
        uploaded: written.value.files.clone(),
    };
    let inbound = inbound(&guest.visitor, written, text, answer, assurance, now);
    let received =
        intake::receive(app.db(), app.setup(), app.files(), inbound, circumstances).await?;
    app.lobby().hub().wake(guest.visitor.identifier);
    let accepted = Accepted {
        conversation: received.conversation,
        seq: received.seq,
        duplicate: received.duplicate,
        started: received.started,
    };
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

fn check(written: &Written) -> Result<(), Problem> {
    let id = &written.client_message_id;
    if id.is_empty() || id.len() > 100 || !id.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Problem::invalid(
            "client_message_id",
            "use 1 to 100 letters, digits and signs, another one for each message",
        ));
    }
    if written.files.len() > FILES_PER_MESSAGE {
        let detail = format!("use at most {FILES_PER_MESSAGE} files per message");
        return Err(Problem::invalid("files", detail));
    }
    Ok(())
}

/// What the message says, and what of it programs understand.
async fn content(
    app: &App,
    guest: &Guest,
    written: &Written,
) -> Result<(String, Option<Answer>), Problem> {
    if let Some(answer) = written.answer.clone() {
        let (setup, visitor) = (app.setup().clone(), guest.visitor.clone());
        let told = app
            .db()
            .read(move |tx| {
                let text = visitor::sight(tx, &setup, &visitor)?.told(tx, &answer)?;
                Ok::<_, throughline_engine::Error>((text, Some(answer.clone())))
            })
            .await?;
        return Ok(told);
    }
    let text = clean_text(&written.text)?;
    if text.is_empty() && written.files.is_empty() {
        return Err(Problem::invalid("text", "write something or attach a file"));
    }
    let facts: BTreeMap<String, String> = written
        .about
        .iter()
        .filter(|(name, value)| !is_contact(name) && !value.trim().is_empty())
        .map(|(name, value)| (name.clone(), value.trim().to_owned()))
        .collect();
    let answer = (!facts.is_empty()).then(|| Answer {
        values: facts,
        ..Answer::default()
    });
    Ok((text, answer))
}

/// Who the visitor says they are goes with them, not with the message.
fn is_contact(name: &str) -> bool {
    matches!(name, "name" | "email")
}

/// What was filled in before the first message is what this chat asks for, and it says who writes.
async fn introduce(
    app: &App,
    mut guest: Guest,
    about: &BTreeMap<String, String>,
) -> Result<Guest, Problem> {
    if about.is_empty() {
        return Ok(guest);
    }
    let look = look(app, &guest.chat).await;
    // What is asked outside the hours may be filled in within them.
    let mut fields: Vec<_> = settings::asked(&look).collect();
    if !fields.iter().any(|field| field.name == "email") {
        fields.push(settings::email());
    }
    prompt::told(&fields, about)
        .map_err(|problem| Problem::invalid("about", problem.to_string()))?;
    let given = |name: &str| {
        about
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    };
    let name = given("name").map(str::to_owned);
    let email = given("email")
        .map(|email| addresses::parse(Channel::Email, email))
        .transpose()?;
    if name.is_some() || email.is_some() {
        let (setup, visitor) = (app.setup().clone(), guest.visitor.clone());
        guest.visitor = app
            .db()
            .write(move |tx| {
                visitor::introduce(tx, &setup, &visitor, email.as_ref(), name.as_deref())
            })
            .await?;
    }
    Ok(guest)
}

fn inbound(
    visitor: &Visitor,
    written: Read<Written>,
    text: String,
    answer: Option<Answer>,
    assurance: Assurance,
    now: i64,
) -> Inbound {
    Inbound {
        endpoint: visitor.endpoint,
        channel: Channel::Webchat,
        provider_id: visitor.provider_id(&written.value.client_message_id),
        sent_at: now,
        from: visitor.sender(),
        from_name: visitor.name.clone(),
        content: Content {
            text,
            answer,
            ..Content::default()
        },
        thread: Thread {
            new_issue: written.value.new_issue,
            ..Thread::default()
        },
        evidence: Evidence {
            assurance,
            method: (assurance > Assurance::NONE).then(|| "visitor_proof".to_owned()),
            ..Evidence::default()
        },
        automatic: false,
        raw: Raw {
            media_type: "application/json".to_owned(),
            body: written.raw,
        },
    }
}

/// `GET /chat/v1/entries?after=…`: the conversation, in order.
///
/// # Errors
/// 401.
pub async fn list(
    State(app): State<App>,
    guest: Guest,
    Query(After { after }): Query<After>,
) -> Result<Json<Page>, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Read, now)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let page = app
        .db()
        .read(move |tx| {
            let sight = visitor::sight(tx, &setup, &visitor)?;
            let lines = sight.lines(tx, after.max(0), PAGE)?;
            Ok::<_, throughline_engine::Error>(Page {
                conversation: shape::conversation(tx, &sight)?,
                more: lines.len() == PAGE,
                entries: shape::entries(tx, lines)?,
            })
        })
        .await?;
    Ok(Json(page))
}

/// `POST /chat/v1/read`: the visitor has seen everything up to a number.
///
/// # Errors
/// 401, 429.
pub async fn read(
    State(app): State<App>,
    guest: Guest,
    seen: Read<Seen>,
) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Sign, now)?;
    let (setup, visitor, seq) = (app.setup().clone(), guest.visitor, seen.value.seq);
    app.db()
        .write(move |tx| {
            visitor::sight(tx, &setup, &visitor)?.read_up_to(tx, &setup, seq)?;
            Ok::<_, throughline_engine::Error>(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /chat/v1/typing`: told to people at the desk, and forgotten.
///
/// # Errors
/// 401, 429.
pub async fn typing(
    State(app): State<App>,
    guest: Guest,
    typing: Read<Typing>,
) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Sign, now)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let name = visitor.name.clone();
    let sight = app
        .db()
        .read(move |tx| visitor::sight(tx, &setup, &visitor))
        .await?;
    if let Some(line) = &sight.line {
        let author = json!({ "kind": "customer", "name": name });
        let event = json!({ "type": "typing", "author": author, "typing": typing.value.typing });
        app.db().hints().publish(Hint::Fleeting {
            conversation: line.conversation,
            event: event.to_string(),
        });
    }
    Ok(StatusCode::NO_CONTENT)
}
