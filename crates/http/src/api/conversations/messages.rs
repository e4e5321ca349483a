//! Answers to the customer and notes for colleagues.

use super::EntryView;
use crate::api::guard::Caller;
use crate::api::input::Path;
use crate::api::once::Posted;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use throughline_engine::Error;
use throughline_engine::conversation;
use throughline_engine::reply::{self, NewReply, Sent};
use throughline_model::id::{AttachmentId, ConversationId, InteractionId, MemberId};
use throughline_model::prompt::Prompt;
use throughline_policy::delivery::Purpose;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest subject, in characters.
const SUBJECT_LIMIT: usize = 500;
/// The most files one message takes.
const FILES_LIMIT: usize = 20;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(send_message))
        .routes(routes!(add_note))
}

/// An answer to the customer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    /// The text: up to 20,000 characters.
    #[serde(default)]
    text: String,
    /// The interaction to answer over; by default the one the customer used last.
    #[serde(default)]
    via: Option<InteractionId>,
    /// The writer's own id of this message, 1 to 200 characters: the same id is never sent twice in one
    /// conversation. By default the `Idempotency-Key`.
    #[serde(default)]
    client_message_id: Option<String>,
    /// Files uploaded before with POST /api/v1/files.
    #[serde(default)]
    attachments: Vec<AttachmentId>,
    /// The subject, where the channel has one; by default the conversation's.
    #[serde(default)]
    subject: Option<String>,
    /// What it is for; `answer` when left out. The delivery policy decides by it whether and when it may go out.
    #[serde(default)]
    purpose: MessagePurpose,
    /// What the message asks for: choices or a form. In a chat the customer presses or fills in; elsewhere it is
    /// lines beneath the text.
    #[serde(default)]
    prompt: Option<Prompt>,
}

/// What a message is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum MessagePurpose {
    /// An answer to what the customer wrote.
    #[default]
    Answer,
    /// About the customer's own matter, but nothing they are waiting for.
    Notice,
    /// Advertising.
    Marketing,
}

impl From<MessagePurpose> for Purpose {
    fn from(purpose: MessagePurpose) -> Self {
        match purpose {
            MessagePurpose::Answer => Self::Answer,
            MessagePurpose::Notice => Self::Notice,
            MessagePurpose::Marketing => Self::Marketing,
        }
    }
}

/// A note for colleagues.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    /// The text: 1 to 20,000 characters.
    text: String,
    /// Members who should read it: they get a notification.
    #[serde(default)]
    mentions: Vec<MemberId>,
}

/// Answer the customer
///
/// The message leaves through the endpoint the customer wrote to, to the very address they wrote from.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = NewMessage,
    responses((status = 201, description = "Written down and on its way.", body = Sent)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn send_message(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Posted { body, once }: Posted<NewMessage>,
) -> Result<Response, Problem> {
    check(&body)?;
    let setup = app.setup().clone();
    let client_message_id = body
        .client_message_id
        .or_else(|| once.key().map(str::to_owned))
        .unwrap_or_else(|| setup.clock.new_id().to_string());
    let message = NewReply {
        via: body.via,
        attachments: body.attachments,
        subject: body.subject,
        purpose: body.purpose.into(),
        prompt: body.prompt,
        ..NewReply::new(id, body.text, client_message_id, caller.author())
    };
    let send = move |tx: &mut Tx<'_>| reply::send(tx, &setup, message.clone());
    once.run(&app, StatusCode::CREATED, send).await
}

fn check(message: &NewMessage) -> Result<(), Problem> {
    if let Some(subject) = &message.subject
        && (subject.chars().count() > SUBJECT_LIMIT || subject.chars().any(char::is_control))
    {
        return Err(Problem::invalid(
            "subject",
            format!("use at most {SUBJECT_LIMIT} characters without line breaks"),
        ));
    }
    if message.attachments.len() > FILES_LIMIT {
        return Err(Problem::invalid(
            "attachments",
            format!("send at most {FILES_LIMIT} files with one message"),
        ));
    }
    if let Some(id) = &message.client_message_id
        && id.chars().any(char::is_control)
    {
        return Err(Problem::invalid(
            "client_message_id",
            "use 1 to 200 printable characters",
        ));
    }
    Ok(())
}

/// Write a note for colleagues
///
/// The customer never sees it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = NewNote,
    responses((status = 201, description = "Written down.", body = EntryView)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn add_note(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Posted { body, once }: Posted<NewNote>,
) -> Result<Response, Problem> {
    let setup = app.setup().clone();
    let note = conversation::NewNote {
        conversation: id,
        text: body.text,
        mentions: body.mentions,
        author: caller.author(),
    };
    let add = move |tx: &mut Tx<'_>| {
        let entry = conversation::note(tx, &setup, note.clone())?;
        let mut view = EntryView::of(tx, vec![entry])?;
        view.pop().ok_or_else(|| Error::not_found("entry", id))
    };
    once.run(&app, StatusCode::CREATED, add).await
}
