//! How a chat looks and behaves now: as it was set at the desk, else as the configuration says. Whoever needs to know
//! asks here, each time anew: it is one row by its key, and every process sees a change at once.

use crate::app::{App, ConfiguredEndpoint};
use serde::Serialize;
use throughline_config::{Look, Widget};
use throughline_engine::setting;
use throughline_model::prompt::FieldKind;
use throughline_storage::Tx;

/// How `chat` looks and behaves. What cannot be read never keeps a visitor out: then the configuration counts, and
/// the log says why.
pub async fn look(app: &App, chat: &ConfiguredEndpoint) -> Look {
    let set = set_at_desk(app, chat).await.unwrap_or_else(|error| {
        let endpoint = &chat.record.name;
        tracing::error!(endpoint, %error, "how the chat was set at the desk is not known; the configuration counts");
        None
    });
    set.unwrap_or_else(|| configured(chat))
}

/// As the configuration says.
pub fn configured(chat: &ConfiguredEndpoint) -> Look {
    let chat = chat.config.webchat.clone().unwrap_or_default();
    Look::configured(&chat)
}

/// As it was set at the desk; none where the configuration counts.
///
/// # Errors
/// When the database fails.
pub async fn set_at_desk(
    app: &App,
    chat: &ConfiguredEndpoint,
) -> throughline_engine::Result<Option<Look>> {
    let name = key(chat);
    let kept = app.db().read(move |tx| setting::find(tx, &name)).await?;
    Ok(kept.and_then(|text| kept_look(&text, chat)))
}

/// Another version of this program may have kept what this one does not know.
fn kept_look(text: &str, chat: &ConfiguredEndpoint) -> Option<Look> {
    let value = serde_json::from_str(text).map_err(|error| error.to_string());
    let look = value.and_then(|value: serde_json::Value| {
        Look::read(&value).map_err(|errors| errors.to_string())
    });
    look.inspect_err(|error| {
        let endpoint = &chat.record.name;
        tracing::error!(
            endpoint,
            error,
            "what was set at the desk cannot be read; the configuration counts"
        );
    })
    .ok()
}

/// Keeps what was set at the desk.
///
/// # Errors
/// When the database fails.
pub fn keep(
    tx: &mut Tx<'_>,
    chat: &ConfiguredEndpoint,
    settings: &WidgetSettings,
) -> throughline_engine::Result<()> {
    let text = serde_json::to_string(settings).unwrap_or_default();
    setting::put(tx, &key(chat), &text)
}

/// Forgets what was set at the desk: the configuration counts again.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut Tx<'_>, chat: &ConfiguredEndpoint) -> throughline_engine::Result<()> {
    setting::remove(tx, &key(chat))
}

fn key(chat: &ConfiguredEndpoint) -> String {
    format!("widget:{}", chat.record.name)
}

/// How a chat looks and behaves: the keys of `[endpoint.webchat.widget]` in the configuration, with `title` and
/// `greeting` beside them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WidgetSettings {
    /// The title above the chat.
    title: String,
    /// The first line a visitor sees; null for the chat's own words.
    greeting: Option<String>,
    /// The colour of the button and of what the visitor writes, `#rrggbb`.
    color: String,
    /// The corner of the page: `end`, where lines of the page's language end, or `start`.
    position: &'static str,
    /// A picture above the chat: an http or https address.
    logo: Option<String>,
    /// The language when nothing else fits: `en`, `de`, `es` or `ar`.
    language: String,
    /// Title, greeting and invitation in other languages.
    texts: Vec<WidgetTexts>,
    /// What is said beside the button.
    invitation: Option<String>,
    /// After how many seconds.
    invite_after_seconds: u64,
    /// What a visitor fills in before the first message; at most 20 fields.
    ask: Vec<AskedField>,
    /// When somebody answers at once, as `<days> <from>-<to>`, such as `mon-fri 09:00-17:30`. None: always.
    hours: Vec<String>,
    /// Days without hours, such as `2026-12-25`.
    closed: Vec<String>,
    /// The time zone of the hours, such as `Europe/Madrid`.
    time_zone: String,
    /// Whether visitors can search what is published under /help.
    articles: bool,
    /// Whether visitors are asked how they were served.
    rating: bool,
    /// Whether a new answer makes a sound.
    sounds: bool,
    /// Whether visitors can let their browser tell them of answers while the chat is closed.
    push: bool,
    /// What a visitor who waits for a person is told of the line: `place_and_time`, `time` or `none`.
    waiting: &'static str,
    /// Whether visitors who wait for a person can ask to be called back.
    callback: bool,
    /// The countries whose numbers are called, such as `DE`; none for all.
    callback_countries: Vec<String>,
    /// A number to call, such as `+493012345678`.
    phone: Option<String>,
}

/// Texts in one more language.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct WidgetTexts {
    /// The language.
    language: String,
    /// The title above the chat.
    title: Option<String>,
    /// The first line a visitor sees.
    greeting: Option<String>,
    /// What is said beside the button.
    invitation: Option<String>,
}

/// Something a visitor fills in.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct AskedField {
    /// What it is called. `name` and `email` say who writes, every other name becomes a fact of the conversation.
    name: String,
    /// What the visitor reads; null for the chat's own words for `name` and `email`.
    label: Option<String>,
    /// What may be filled in; anything but `choice`.
    kind: FieldKind,
    /// Whether nothing can be written before it is filled in.
    required: bool,
}

impl From<Look> for WidgetSettings {
    fn from(look: Look) -> Self {
        let Look {
            title,
            greeting,
            widget,
        } = look;
        let Widget {
            color,
            position,
            logo,
            language,
            texts,
            invitation,
            invite_after_seconds,
            ask,
            hours,
            closed,
            time_zone,
            articles,
            rating,
            sounds,
            push,
            waiting,
            callback,
            callback_countries,
            phone,
        } = widget;
        let texts = texts.into_iter().map(|one| WidgetTexts {
            language: one.language,
            title: one.title,
            greeting: one.greeting,
            invitation: one.invitation,
        });
        let ask = ask.into_iter().map(|one| AskedField {
            name: one.name,
            label: one.label,
            kind: one.kind,
            required: one.required,
        });
        Self {
            title,
            greeting,
            color,
            position: position.as_str(),
            logo: logo.map(String::from),
            language,
            texts: texts.collect(),
            invitation,
            invite_after_seconds,
            ask: ask.collect(),
            hours,
            closed,
            time_zone,
            articles,
            rating,
            sounds,
            push,
            waiting: waiting.as_str(),
            callback,
            callback_countries,
            phone,
        }
    }
}
