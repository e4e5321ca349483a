//! `POST /chat/v1/callback` and `…/callback/cancel`: a visitor who waits for a person is called back instead, or no longer.

use super::guest::Guest;
use super::input::Read;
use super::lobby::Effort;
use super::look::look;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use throughline_config::Look;
use throughline_engine::conversation::{self, Author, Conversation, NewCallback};
use throughline_engine::visitor::{self, Sight, Visitor};
use throughline_engine::{Error, routing};
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, CaseStatus};
use throughline_model::id::{ConversationId, IdentifierId};
use throughline_model::identifier::Identifier;
use throughline_model::number::Number;

/// How many digits of the number are told: enough to know it again, not enough to learn it.
const SHOWN_DIGITS: usize = 2;

/// What a visitor wishes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    phone: String,
    #[serde(default)]
    at: Option<Millis>,
}

/// A call that a visitor waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToBeCalled {
    /// The last digits of the number; for whoever asked for the call, or is proven to be the customer.
    ends_in: Option<String>,
    /// When, in milliseconds since 1970; none for when it is their turn.
    at: Option<Millis>,
    /// This visitor asked for it, or is proven to be the customer, and may change it.
    own: bool,
}

impl ToBeCalled {
    /// The call that whoever has this sight waits for.
    pub fn of(sight: &Sight, visitor: IdentifierId) -> Option<Self> {
        let conversation = sight.conversation.as_ref()?;
        let own = is_own(conversation, sight.is_whole(), visitor);
        Self::in_case(conversation, own)
    }

    fn in_case(conversation: &Conversation, own: bool) -> Option<Self> {
        let wanted = conversation.wanted_callback()?;
        let hidden = wanted.phone.len().saturating_sub(SHOWN_DIGITS);
        Some(Self {
            ends_in: own.then(|| wanted.phone.chars().skip(hidden).collect()),
            at: wanted.at,
            own,
        })
    }
}

/// What others agreed is changed by who is proven to be the customer.
fn is_own(conversation: &Conversation, proven: bool, visitor: IdentifierId) -> bool {
    let wanted = conversation.wanted_callback();
    proven || wanted.is_some_and(|one| one.asked_from == Some(visitor))
}

/// Somebody is to call it: no number that costs them more than a call does, and none of a country nobody calls.
fn check_number(look: &Look, text: &str) -> Result<String, Problem> {
    let wrong = |why: String| Problem::invalid("phone", why);
    let phone = Identifier::phone(text)
        .map_err(|error| wrong(error.to_string()))?
        .value;
    let Some(number) = Number::of(&phone) else {
        return Err(wrong("this is no number".to_owned()));
    };
    let countries = &look.widget.callback_countries;
    let is_called = number
        .country()
        .is_some_and(|country| countries.contains(&country));
    if number.is_costly() || !(countries.is_empty() || is_called) {
        return Err(wrong(
            "this number is not called from here; give another".to_owned(),
        ));
    }
    Ok(phone)
}

/// `POST /chat/v1/callback`: the visitor is called on this number, when it is their turn or at a time. The number is what
/// they say: it proves nothing.
///
/// # Errors
/// 409 where nobody is called back, or they do not wait; 422 for a number or a time that cannot be; 429.
pub async fn ask(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    guest: Guest,
    wish: Read<Wish>,
) -> Result<Json<ToBeCalled>, Problem> {
    let now = app.setup().clock.now();
    app.lobby().count_address(address, now)?;
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let look = look(&app, &guest.chat).await;
    if !look.widget.callback {
        let why = "this chat calls nobody back; see callback in docs/widget.md";
        return Err(Error::Conflict(why.to_owned()).into());
    }
    let author = author(&guest.visitor);
    let Wish { phone, at } = wish.value;
    let phone = check_number(&look, &phone)?;
    let id = waits_in(&app, guest.visitor, Some(&phone)).await?;
    let new = NewCallback {
        phone: Some(phone),
        at,
        note: None,
    };
    let asked = app.routing()?.request_callback(id, new, author).await?;
    let called = ToBeCalled::in_case(&asked, true);
    called.map(Json).ok_or_else(|| {
        Error::Conflict("somebody has answered meanwhile; read on".to_owned()).into()
    })
}

/// `POST /chat/v1/callback/cancel`: the visitor waits in the chat instead.
///
/// # Errors
/// 409 when they are not to be called, or it was agreed with people; 429.
pub async fn cancel(State(app): State<App>, guest: Guest) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let author = author(&guest.visitor);
    let id = waits_in(&app, guest.visitor, None).await?;
    app.routing()?.cancel_callback(id, author).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The conversation in which the visitor waits, in line or for a call they may change; with a number it is to be called on,
/// if it is not being called already, there or elsewhere.
async fn waits_in(
    app: &App,
    visitor: Visitor,
    phone: Option<&str>,
) -> Result<ConversationId, Problem> {
    let (setup, phone) = (app.setup().clone(), phone.map(str::to_owned));
    let found = app.db().read(move |tx| {
        let sight = visitor::sight(tx, &setup, &visitor)?;
        let proven = sight.is_whole();
        let Some(here) = sight.conversation else {
            return Err(not_waiting());
        };
        let waits = match here.wants_callback() {
            true if !is_own(&here, proven, visitor.identifier) => {
                let why = "this call was agreed with us; write to change it";
                return Err(Error::Conflict(why.to_owned()));
            }
            true => true,
            false => here.status == CaseStatus::Open && routing::waits(tx, here.id)?,
        };
        if !waits {
            return Err(not_waiting());
        }
        if let Some(phone) = &phone {
            if routing::is_held(tx, here.id)? {
                let why = "somebody looks after you already; write to them";
                return Err(Error::Conflict(why.to_owned()));
            }
            if conversation::is_called_elsewhere(tx, here.id, phone)? {
                let why = "this number is about to be called already";
                return Err(Error::Conflict(why.to_owned()));
            }
        }
        Ok(here.id)
    });
    Ok(found.await?)
}

fn not_waiting() -> Error {
    Error::Conflict("you are not waiting for a person; ask for one first".to_owned())
}

fn author(visitor: &Visitor) -> Author {
    Author {
        kind: AuthorKind::Customer,
        id: Some(visitor.identifier.uuid()),
        name: visitor.name.clone(),
    }
}
