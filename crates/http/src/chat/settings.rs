//! `GET /chat/v1/settings/{endpoint}`: how a chat looks and behaves, in the reader's language.

use super::guest::check_origin;
use super::look::look;
use super::shape::outlets;
use crate::api::input::{Path, Query};
use crate::app::{App, ConfiguredEndpoint};
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use throughline_config::{Look, WIDGET_LANGUAGES};
use throughline_knowledge::language_of;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::prompt::{Field, FieldKind};
use throughline_routing::Calendar;

/// A chat as its page and its button need it.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// What it is called in URLs.
    pub endpoint: String,
    /// The language of its words.
    pub language: &'static str,
    /// The title above it.
    pub title: String,
    /// The first line a visitor sees; none for the chat's own words.
    pub greeting: Option<String>,
    /// What is said beside the button.
    pub invitation: Option<Invitation>,
    /// `#rrggbb`.
    pub color: String,
    /// `end` or `start`.
    pub position: &'static str,
    /// A picture above it.
    pub logo: Option<String>,
    /// What is filled in before the first message. Without a label, the chat has its own words.
    pub ask: Vec<Field>,
    /// Whether somebody answers at once.
    pub open: bool,
    /// When somebody does next, in milliseconds since 1970.
    pub opens_at: Option<Millis>,
    /// Whether articles can be searched.
    pub articles: bool,
    /// Whether a resolved conversation can be rated.
    pub rating: bool,
    /// Whether answers make a sound.
    pub sounds: bool,
    /// Whether who waits for a person can ask to be called back.
    pub callback: bool,
    /// A number to call.
    pub phone: Option<String>,
    /// Where a conversation can go on: `email`, `sms`.
    pub continue_on: Vec<Channel>,
    /// The largest file, in bytes.
    pub max_upload_bytes: usize,
    /// The `applicationServerKey` with which a browser subscribes to be told of answers; none where nobody is told.
    pub push_key: Option<String>,
}

/// What is said beside the button, and when.
#[derive(Clone, Debug, Serialize)]
pub struct Invitation {
    text: String,
    after_s: u64,
}

/// Which language.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    /// Languages, the best liked first, between commas.
    #[serde(default)]
    pub language: String,
}

/// `GET /chat/v1/settings/{endpoint}?language=de,en`
///
/// # Errors
/// 404 for an unknown chat, 403 for a page that may not embed it, 429.
pub async fn read(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Path(name): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Json<Settings>, Problem> {
    let chat = app.endpoint(&name, &[Channel::Webchat])?;
    check_origin(&app, chat, &headers)?;
    app.lobby().count_page(address, app.setup().clock.now())?;
    let look = look(&app, chat).await;
    Ok(Json(of(&app, chat, look, wish.language.split(','))))
}

/// `chat` with this look, in the first of the languages it has words in.
pub fn of<'l>(
    app: &App,
    chat: &ConfiguredEndpoint,
    look: Look,
    wanted: impl IntoIterator<Item = &'l str>,
) -> Settings {
    let language = language(&look, wanted);
    let ask = asked(&look).collect();
    let calendar = calendar(&chat.record.name, &look);
    let Look {
        mut title,
        mut greeting,
        widget,
    } = look;
    let mut invitation = widget.invitation;
    let mut texts = widget.texts.into_iter();
    if let Some(texts) = texts.find(|one| one.language == language) {
        title = texts.title.unwrap_or(title);
        greeting = texts.greeting.or(greeting);
        invitation = texts.invitation.or(invitation);
    }
    let now = app.setup().clock.now();
    Settings {
        endpoint: chat.record.name.clone(),
        language,
        title,
        greeting,
        invitation: invitation.map(|text| Invitation {
            text,
            after_s: widget.invite_after_seconds,
        }),
        color: widget.color,
        position: widget.position.as_str(),
        logo: widget.logo.map(String::from),
        ask,
        open: calendar
            .as_ref()
            .is_none_or(|calendar| calendar.is_open(now)),
        opens_at: calendar.and_then(|calendar| calendar.opens_at(now)),
        articles: widget.articles,
        rating: widget.rating,
        sounds: widget.sounds,
        callback: widget.callback,
        phone: widget.phone,
        continue_on: outlets(app, chat),
        max_upload_bytes: app.files().max_bytes(),
        push_key: widget
            .push
            .then(|| app.lobby().sender().public().to_owned()),
    }
}

/// When somebody answers at once; none when that is always. Hours that are none were refused when they were set.
fn calendar(endpoint: &str, look: &Look) -> Option<Calendar> {
    look.widget.calendar().unwrap_or_else(|(place, problem)| {
        tracing::error!(
            endpoint,
            place,
            problem,
            "the chat's hours cannot be read; it counts as open"
        );
        None
    })
}

/// What a visitor fills in before the first message.
pub fn asked(look: &Look) -> impl Iterator<Item = Field> {
    look.widget.ask.iter().map(|asked| Field {
        name: asked.name.clone(),
        label: asked.label.clone().unwrap_or_default(),
        kind: match asked.name.as_str() {
            "email" => FieldKind::Email,
            _ => asked.kind,
        },
        required: asked.required,
        choices: Vec::new(),
    })
}

/// Where an answer can go when nobody is there.
pub fn email() -> Field {
    Field {
        name: "email".to_owned(),
        label: String::new(),
        kind: FieldKind::Email,
        required: false,
        choices: Vec::new(),
    }
}

fn language<'l>(look: &Look, wanted: impl IntoIterator<Item = &'l str>) -> &'static str {
    known(wanted)
        .or_else(|| known([look.widget.language.as_str()]))
        .unwrap_or("en")
}

/// The first of the languages that the chat has words in.
pub fn known<'l>(wanted: impl IntoIterator<Item = &'l str>) -> Option<&'static str> {
    wanted.into_iter().find_map(|wish| {
        let wish = language_of(wish.trim()).to_ascii_lowercase();
        WIDGET_LANGUAGES.iter().find(|one| **one == wish).copied()
    })
}
