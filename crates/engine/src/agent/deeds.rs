//! What the agent can do with Throughline itself: prove an address by a code, write on another channel, book a call.
//!
//! The policy has allowed each of them before it comes here; what holds for people at the desk holds here too: only an
//! address that is proven to be the customer's is written to.

use super::ledger;
use crate::Setup;
use crate::conversation::{self, Interaction, NewCallback, NewLine};
use crate::endpoint::{self, Endpoint};
use crate::error::{Error, Result};
use crate::identity::{self, Person, code};
use crate::reply::{self, NewReply};
use crate::visitor::{self, CodeMessage, Terms};
use serde_json::{Value, json};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, IdentifierId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::Tx;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The conversation a deed is done in.
pub(super) struct Deed<'a> {
    pub conversation: ConversationId,
    /// The customer's latest contact.
    pub line: &'a Interaction,
    pub terms: &'a Terms,
    /// The same key is the same deed.
    pub key: &'a str,
}

impl Deed<'_> {
    /// Does `tool`, one of [`throughline_tools::BUILT_IN`]. What the customer got wrong is part of the answer; what
    /// cannot be done at all is an error.
    pub fn perform(
        &self,
        tx: &mut Tx<'_>,
        setup: &Setup,
        tool: &str,
        args: &Value,
    ) -> Result<Value> {
        match tool {
            "send_code" => self.send_code(tx, setup, args),
            "check_code" => self.check_code(tx, setup, text(args, "code")?),
            "send_message" => self.send_message(tx, setup, args),
            "schedule_callback" => self.schedule_callback(tx, setup, args),
            _ => Err(Error::Conflict(format!("there is no deed called {tool}"))),
        }
    }

    /// Whether the address has an account, and whether a code really went out, is nobody's business: the answer is the
    /// same. It differs only when the very address is proven already.
    fn send_code(&self, tx: &mut Tx<'_>, setup: &Setup, args: &Value) -> Result<Value> {
        let kind: IdentifierKind = text(args, "kind")?
            .parse()
            .map_err(|_| Error::invalid("kind", "a code goes to an email or a phone"))?;
        let address = Identifier::parse(kind, text(args, "address")?, None)
            .map_err(|error| Error::invalid("address", error.to_string()))?;
        let target = identity::recognise(tx, &setup.clock, &address, None)?.identifier;
        if is_proven(tx, setup, self.line.identifier, target)? {
            return Ok(json!({ "proven": true }));
        }
        let channel = match kind {
            IdentifierKind::Email => Channel::Email,
            IdentifierKind::Phone => Channel::Sms,
            _ => return Err(Error::invalid("kind", "a code goes to an email or a phone")),
        };
        let message = CodeMessage {
            home: self.conversation,
            outlet: &self.outlet(tx, channel)?,
            target,
            carries: None,
            subject: "Your code",
            text: "Your code is [code]. It works for 10 minutes. If you did not ask for it, ignore this message."
                .to_owned(),
        };
        message.send(tx, setup, self.terms, self.line.identifier)?;
        Ok(json!({ "proven": false }))
    }

    fn check_code(&self, tx: &mut Tx<'_>, setup: &Setup, typed: &str) -> Result<Value> {
        let holder = self.line.identifier;
        let Some(target) = code::last_target(tx, setup, holder)? else {
            return Ok(json!({ "proven": false }));
        };
        match code::spend(tx, setup, holder, target, typed) {
            Ok(Some(_)) => {}
            Ok(None) | Err(Error::TooMany { .. }) => return Ok(json!({ "proven": false })),
            Err(error) => return Err(error),
        }
        let shown = identity::identifier(tx, target)?;
        let person = Person {
            identifier: target,
            customer: shown.customer,
        };
        // Another person at the same browser or telephone: what was said before is not theirs.
        if visitor::is_somebody_else(tx, setup, holder, person, shown.kind)? {
            return Ok(json!({ "proven": false }));
        }
        let until = setup.clock.now() + code::PROOF_MS;
        identity::prove(tx, setup, holder, target, Assurance::PROVEN, "otp", until)?;
        Ok(json!({ "proven": true }))
    }

    fn send_message(&self, tx: &mut Tx<'_>, setup: &Setup, args: &Value) -> Result<Value> {
        let channel: Channel = text(args, "channel")?
            .parse()
            .map_err(|_| Error::invalid("channel", "there is no such channel"))?;
        let via = match channel == self.line.channel {
            true => self.line.id,
            false => self.other_line(tx, setup, channel)?,
        };
        let mut message = NewReply::new(
            self.conversation,
            text(args, "text")?.to_owned(),
            format!("ai-tool-{}", self.key),
            ledger::author(),
        );
        message.via = Some(via);
        message.automatic = true;
        let sent = reply::send(tx, setup, message)?;
        Ok(json!({ "sent": true, "status": sent.status }))
    }

    /// A line on `channel`: one the customer has used in this conversation, or one to an address that is proven theirs.
    fn other_line(
        &self,
        tx: &mut Tx<'_>,
        setup: &Setup,
        channel: Channel,
    ) -> Result<throughline_model::id::InteractionId> {
        let used = conversation::interactions(tx, self.conversation)?;
        let customer = identity::customer_of(tx, self.line.identifier)?;
        let standings = identity::standings(tx, &setup.clock, customer)?;
        let verified = |id: IdentifierId| {
            let mut all = standings.iter();
            all.any(|one| one.identifier == id && one.verified.is_some())
        };
        if let Some(line) = used
            .iter()
            .find(|line| line.channel == channel && verified(line.identifier))
        {
            return Ok(line.id);
        }
        let kind = match channel {
            Channel::Email => IdentifierKind::Email,
            Channel::Sms => IdentifierKind::Phone,
            _ => return Err(nowhere(channel)),
        };
        let address = identity::identifiers(tx, customer)?
            .into_iter()
            .find(|one| one.kind == kind && verified(one.id))
            .ok_or_else(|| nowhere(channel))?;
        let new = NewLine {
            identifier: address.id,
            endpoint: self.outlet(tx, channel)?.id,
        };
        Ok(conversation::open_line(tx, setup, self.conversation, new)?.id)
    }

    fn schedule_callback(&self, tx: &mut Tx<'_>, setup: &Setup, args: &Value) -> Result<Value> {
        let at = text(args, "at")?;
        let topic = args.get("topic").and_then(Value::as_str);
        let wish = NewCallback {
            phone: Some(text(args, "phone")?.to_owned()),
            at: Some(time_of(at)?),
            note: topic.map(str::to_owned),
        };
        let author = ledger::author();
        let asked = conversation::ask_callback(tx, setup, self.conversation, &wish, author)?;
        Ok(json!({ "scheduled": true, "phone": asked.phone, "at": at }))
    }

    /// The endpoint of the conversation's brand that messages of this channel leave through.
    fn outlet(&self, tx: &mut Tx<'_>, channel: Channel) -> Result<Endpoint> {
        let brand = conversation::get(tx, self.conversation)?.brand;
        endpoint::all(tx)?
            .into_iter()
            .find(|one| one.channel == channel && one.brand == brand)
            .ok_or_else(|| nowhere(channel))
    }
}

fn nowhere(channel: Channel) -> Error {
    Error::Conflict(format!(
        "there is no {channel} address to write to that is proven"
    ))
}

fn is_proven(
    tx: &mut Tx<'_>,
    setup: &Setup,
    holder: IdentifierId,
    target: IdentifierId,
) -> Result<bool> {
    if holder == target {
        return Ok(identity::assurance(tx, &setup.clock, holder)? > Assurance::NONE);
    }
    let proofs = identity::proven(tx, &setup.clock, holder)?;
    Ok(proofs.iter().any(|proof| proof.proven == target))
}

fn time_of(text: &str) -> Result<Millis> {
    let at = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| Error::invalid("at", "write the time like 2026-03-01T15:00:00Z"))?;
    Ok(at.unix_timestamp().saturating_mul(1_000))
}

fn text<'a>(args: &'a Value, name: &'static str) -> Result<&'a str> {
    args.get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| Error::invalid(name, "this is missing"))
}
