//! Addresses a visitor types, and codes that prove them.
//!
//! The answers never tell whether an address is known here, or whether a message left.

use super::guest::Guest;
use super::input::Read;
use super::lobby::Effort;
use super::shape::outlet;
use super::visitors::Welcome;
use crate::app::{App, ConfiguredEndpoint};
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use throughline_engine::visitor;
use throughline_model::channel::Channel;
use throughline_model::identifier::{Identifier, IdentifierKind};

/// An address on a channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    channel: Channel,
    address: String,
}

/// An address with the code that was sent to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    channel: Channel,
    address: String,
    code: String,
}

/// What a visitor says of themselves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

/// A message is on its way, if it may be.
#[derive(Serialize)]
pub struct Asked {
    /// The address as it was understood.
    address: String,
}

/// `POST /chat/v1/codes`: sends a code to an address.
///
/// # Errors
/// 422 for what is no address, 429.
pub async fn ask(
    State(app): State<App>,
    ClientAddress(client): ClientAddress,
    guest: Guest,
    asked: Read<Address>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let (address, outlet) = understood(&app, &guest, client, &asked.value)?;
    let (setup, terms) = (app.setup().clone(), app.lobby().terms().clone());
    let (visitor, to) = (guest.visitor.clone(), address.clone());
    app.db()
        .write(move |tx| visitor::request_code(tx, &setup, &terms, &visitor, &outlet.record, &to))
        .await?;
    app.lobby().hub().wake(guest.visitor.identifier);
    Ok(sent(address))
}

/// `POST /chat/v1/continue`: the conversation goes on at an address.
///
/// # Errors
/// 409 when there is no conversation yet, 422 for what is no address, 429.
pub async fn go_on(
    State(app): State<App>,
    ClientAddress(client): ClientAddress,
    guest: Guest,
    asked: Read<Address>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let (address, outlet) = understood(&app, &guest, client, &asked.value)?;
    let (setup, terms) = (app.setup().clone(), app.lobby().terms().clone());
    let (visitor, to) = (guest.visitor, address.clone());
    app.db()
        .write(move |tx| visitor::continue_on(tx, &setup, &terms, &visitor, &outlet.record, &to))
        .await?;
    Ok(sent(address))
}

/// `POST /chat/v1/codes/verify`: the code that came.
///
/// # Errors
/// 422 when it is not the code, 429 after too many tries.
pub async fn verify(
    State(app): State<App>,
    guest: Guest,
    proof: Read<Proof>,
) -> Result<Json<Welcome>, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let Proof {
        channel,
        address,
        code,
    } = proof.value;
    let address = parse(channel, &address)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let bound = app
        .db()
        .write(move |tx| visitor::verify_code(tx, &setup, &visitor, &address, &code))
        .await?
        .ok_or_else(|| {
            Problem::invalid(
                "code",
                "this is not the code, or it is too old; ask for a new one",
            )
        })?;
    Welcome::bound(&app, &guest.chat, bound).await.map(Json)
}

/// `POST /chat/v1/contact`: how to reach the visitor, unproven.
///
/// # Errors
/// 422 for what is no address, 429.
pub async fn contact(
    State(app): State<App>,
    guest: Guest,
    contact: Read<Contact>,
) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let Contact { name, email } = contact.value;
    if name.is_none() && email.is_none() {
        return Err(Problem::invalid("email", "say a name or an address"));
    }
    let address = email
        .map(|email| parse(Channel::Email, &email))
        .transpose()?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    app.db()
        .write(move |tx| {
            visitor::introduce(tx, &setup, &visitor, address.as_ref(), name.as_deref())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn understood(
    app: &App,
    guest: &Guest,
    client: std::net::IpAddr,
    asked: &Address,
) -> Result<(Identifier, ConfiguredEndpoint), Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    app.lobby().count_address(client, now)?;
    let address = parse(asked.channel, &asked.address)?;
    let outlet = outlet(app, &guest.chat, asked.channel).ok_or_else(|| {
        Problem::invalid(
            "channel",
            format!("this chat cannot send {}", asked.channel),
        )
    })?;
    Ok((address, outlet.clone()))
}

/// An address as people type it on that channel.
///
/// # Errors
/// 422 for what is none.
pub fn parse(channel: Channel, address: &str) -> Result<Identifier, Problem> {
    let kind = match channel {
        Channel::Email => IdentifierKind::Email,
        Channel::Sms => IdentifierKind::Phone,
        other => {
            return Err(Problem::invalid(
                "channel",
                format!("use email or sms, not {other}"),
            ));
        }
    };
    Identifier::parse(kind, address, None)
        .map_err(|error| Problem::invalid("address", error.to_string()))
}

fn sent(address: Identifier) -> (StatusCode, Json<Asked>) {
    let asked = Asked {
        address: address.value,
    };
    (StatusCode::ACCEPTED, Json(asked))
}
