//! Addresses a visitor types: a claim by itself, proven by a code that is sent there.
//!
//! Whatever is typed, the answer is the same: whether an address is known here is nobody's business.

use super::binding::{Bound, visitor_for};
use super::identify::clean_name;
use super::{Terms, Visitor, note};
use crate::conversation::{self, Author, Interaction, NewEntry, Wanted};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::identity::{self, Person, code};
use crate::queries::visitor as queries;
use crate::{Setup, delivery};
use serde_json::json;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::conversation::{Direction, EntryKind};
use throughline_model::id::{ConversationId, IdentifierId};
use throughline_model::identifier::Identifier;
use throughline_policy::delivery::Purpose;
use throughline_storage::{Tx, params};

/// The visitor says who they are. That proves nothing: it links nobody and shows nothing, but people at the desk
/// see it, and an answer can be announced there.
///
/// # Errors
/// When the database fails.
pub fn claim(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: &Visitor,
    address: &Identifier,
    name: Option<&str>,
) -> Result<IdentifierId> {
    let name = name.map(clean_name).filter(|name| !name.is_empty());
    identity::recognise(tx, &setup.clock, &visitor.sender(), name.as_deref())?;
    let address = identity::recognise(tx, &setup.clock, address, None)?.identifier;
    let claimed = AssertionKind::Claimed;
    note(tx, setup, claimed, address, visitor.identifier, "typed")?;
    Ok(address)
}

/// The visitor says their name, an address ([`claim`]), or both. They are known by the name from now on.
///
/// # Errors
/// When the database fails.
pub fn introduce(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: &Visitor,
    address: Option<&Identifier>,
    name: Option<&str>,
) -> Result<Visitor> {
    let name = name.map(clean_name).filter(|name| !name.is_empty());
    if let Some(address) = address {
        claim(tx, setup, visitor, address, name.as_deref())?;
    } else {
        identity::recognise(tx, &setup.clock, &visitor.sender(), name.as_deref())?;
    }
    Ok(Visitor {
        name: name.or_else(|| visitor.name.clone()),
        ..visitor.clone()
    })
}

/// Sends a one-time code to `address` through `outlet`, an endpoint of that channel. Nothing is sent, and
/// nothing is said about it, when the address has got its codes for this hour or does not want messages.
///
/// # Errors
/// When the database fails.
pub fn request_code(
    tx: &mut Tx<'_>,
    setup: &Setup,
    terms: &Terms,
    visitor: &Visitor,
    outlet: &Endpoint,
    address: &Identifier,
) -> Result<()> {
    let target = claim(tx, setup, visitor, address, None)?;
    let home = match conversation::last_interaction(tx, visitor.identifier, visitor.endpoint)? {
        Some(line) => line.conversation,
        None => start(tx, setup, visitor, &outlet.brand)?,
    };
    let text = "Your code is [code]. It works for 10 minutes. If you did not ask for it, ignore this message.";
    let message = CodeMessage {
        home,
        outlet,
        target,
        carries: None,
        subject: "Your code",
        text: text.to_owned(),
    };
    message.send(tx, setup, terms, visitor.identifier)
}

/// What the visitor typed is the code that was sent to `address`: they have proven it, or somebody else has who
/// uses the same browser, and then a new visitor takes over. None when it is not the code; the attempt is
/// counted, so the caller commits.
///
/// # Errors
/// [`Error::TooMany`] when it was mistyped too often.
pub fn verify_code(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: &Visitor,
    address: &Identifier,
    typed: &str,
) -> Result<Option<Bound>> {
    let person = identity::recognise(tx, &setup.clock, address, None)?;
    let target = person.identifier;
    if code::spend(tx, setup, visitor.identifier, target, typed)?.is_none() {
        return Ok(None);
    }
    let bound = visitor_for(tx, setup, visitor, person, address.kind)?;
    let until = setup.clock.now() + code::PROOF_MS;
    let holder = bound.visitor().identifier;
    identity::prove(tx, setup, holder, target, Assurance::PROVEN, "otp", until)?;
    bound.settled(tx).map(Some)
}

/// The conversation goes on at `address`, through `outlet`: a message there asks for a reply, shows a code to
/// type here, and a link. Each of them proves the address and takes the conversation along.
///
/// # Errors
/// [`Error::Conflict`] when there is no conversation yet.
pub fn continue_on(
    tx: &mut Tx<'_>,
    setup: &Setup,
    terms: &Terms,
    visitor: &Visitor,
    outlet: &Endpoint,
    address: &Identifier,
) -> Result<()> {
    let line = conversation::last_interaction(tx, visitor.identifier, visitor.endpoint)?
        .ok_or_else(|| {
            Error::Conflict("write a message first; then it can go on elsewhere".to_owned())
        })?;
    let target = claim(tx, setup, visitor, address, None)?;
    let link = format!("{}chat/resume/[token]", terms.public_base);
    let text = match outlet.channel {
        Channel::Sms => format!(
            "To go on with your chat here, reply with {}. Or open {link} If this was not you, ignore it.",
            "[code]"
        ),
        _ => format!(
            "Somebody who wrote to us in the chat, probably you, would like to go on here.\n\nIf it was you, \
             reply to this message, or type this code in the chat: [code]\n\nOr open the conversation in \
             another browser: {link}\n\nThe code and the link work for a day. If it was not you, ignore \
             this message."
        ),
    };
    let message = CodeMessage {
        home: line.conversation,
        outlet,
        target,
        carries: Some(line.conversation),
        subject: "Continue our conversation",
        text,
    };
    message.send(tx, setup, terms, visitor.identifier)
}

/// A conversation for somebody who has not written yet.
fn start(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor, brand: &str) -> Result<ConversationId> {
    let person = Person {
        identifier: visitor.identifier,
        customer: visitor.customer,
    };
    let wanted = Wanted {
        brand: brand.to_owned(),
        ..Wanted::default()
    };
    let joined = conversation::join_or_start(tx, setup, person, visitor.endpoint, &wanted)?;
    let home = joined.conversation;
    let (endpoint, identifier) = (visitor.endpoint, visitor.identifier);
    conversation::interaction(tx, setup, home, endpoint, Channel::Webchat, identifier)?;
    Ok(home)
}

/// A message with a code in it. People at the desk see that it was sent, nobody sees the code.
pub(crate) struct CodeMessage<'m> {
    /// The conversation it is noted in.
    pub home: ConversationId,
    /// The endpoint it leaves through.
    pub outlet: &'m Endpoint,
    /// Where it goes.
    pub target: IdentifierId,
    /// The conversation that proving the code takes along.
    pub carries: Option<ConversationId>,
    /// Its subject, for mail.
    pub subject: &'m str,
    /// Its text, with `[code]` and `[token]` in it.
    pub text: String,
}

impl CodeMessage<'_> {
    /// Makes the code for `holder` and sends it.
    pub fn send(
        self,
        tx: &mut Tx<'_>,
        setup: &Setup,
        terms: &Terms,
        holder: IdentifierId,
    ) -> Result<()> {
        let way = delivery::Way {
            channel: self.outlet.channel,
            endpoint: self.outlet.id,
            identifier: self.target,
        };
        let asked = delivery::ask(tx, setup, way, Purpose::Code)?;
        if asked.require().is_err() {
            return Ok(());
        }
        let per_hour = terms.codes_per_hour;
        let issued = match code::issue(tx, setup, holder, self.target, self.carries, per_hour) {
            Ok(issued) => issued,
            Err(Error::TooMany { .. }) => {
                tracing::info!(target = %self.target, "no code was sent: this address or visitor has got its codes");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let line = quiet_line(tx, setup, self.home, self.outlet, self.target)?;
        let entry = NewEntry {
            conversation: self.home,
            at: setup.clock.now(),
            kind: EntryKind::Message,
            direction: Direction::Out,
            author: Author::system(),
            interaction: Some(line.id),
            channel: Some(line.channel),
            public: false,
            text: self.text,
            body: json!({ "automatic": true, "subject": self.subject, "one_time_code": issued.id }),
        };
        let (_, seq) = conversation::append(tx, setup, &entry)?;
        let id = format!("code:{}", issued.id);
        let (delivery, _) = delivery::post(tx, setup, &line, seq, &id, true)?;
        asked.record(tx, delivery)
    }
}

/// A line to an address that the customer has not used in this conversation: answers do not go there by
/// themselves until they do.
pub(super) fn quiet_line(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    outlet: &Endpoint,
    target: IdentifierId,
) -> Result<Interaction> {
    let (id, now) = (setup.clock.new_id(), setup.clock.now());
    let values = params![id, conversation, outlet.id, outlet.channel, target, now];
    let id = tx.one(&queries::QUIET_LINE, values, |row| row.get("id"))?;
    conversation::interaction_by_id(tx, id)
}
