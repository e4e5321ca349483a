//! Whether a message may go out, now and this way. Every message is asked about twice: when it is written, so that its
//! writer hears at once, and when it leaves, since hours, wishes and rules may have changed meanwhile.

use crate::error::{Error, Result};
use crate::queries::delivery as queries;
use crate::{Setup, consent, identity};
use std::sync::Arc;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::id::{DeliveryId, EndpointId, IdentifierId};
use throughline_policy::DeliveryPolicy;
use throughline_policy::decision::Decision;
use throughline_policy::delivery::{DeliveryRemedy, DeliveryRequest, Purpose};
use throughline_storage::{Tx, params};

/// The attribute of a customer that has their time zone, such as `Europe/Berlin`.
const TIME_ZONE: &str = "time_zone";

/// A way a message would take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// The medium.
    pub channel: Channel,
    /// From where.
    pub endpoint: EndpointId,
    /// To which address.
    pub identifier: IdentifierId,
}

/// What was asked about a message and answered.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    request: DeliveryRequest,
    decision: Decision<DeliveryRemedy>,
    policy: Arc<DeliveryPolicy>,
}

/// What follows from the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// It may go.
    Now,
    /// It may go at this time.
    At(Millis),
    /// It may not go this way: the rule, and why in words.
    Never(String, String),
}

/// Asks the delivery policy.
pub(crate) fn ask(tx: &mut Tx<'_>, setup: &Setup, way: Way, purpose: Purpose) -> Result<Asked> {
    let last_inbound: Option<Millis> = tx.one(
        &queries::LAST_INBOUND,
        params![way.identifier, way.endpoint],
        |row| row.get("last_at"),
    )?;
    let now = setup.clock.now();
    let request = DeliveryRequest {
        channel: way.channel,
        purpose,
        template: false,
        opted_out: consent::opted_out(tx, way.endpoint, way.identifier)?,
        marketing_consent: consent::to_marketing(tx, way.identifier)?.is_some(),
        last_inbound,
        utc_offset_minutes: utc_offset_minutes(tx, way.identifier, now)?,
        now,
    };
    let policy = setup.policy.delivery.get();
    Ok(Asked {
        decision: policy.decide(&request),
        request,
        policy,
    })
}

impl Asked {
    /// What follows.
    pub fn leave(&self) -> Leave {
        let Some(first) = self.decision.first() else {
            return match self.decision.allowed {
                true => Leave::Now,
                false => Leave::Never("policy.error".to_owned(), "it cannot be sent".to_owned()),
            };
        };
        let waits = first.remedy == DeliveryRemedy::Wait;
        match waits.then(|| self.policy.earliest(&self.request)).flatten() {
            Some(at) => Leave::At(at),
            None => Leave::Never(first.id.clone(), first.say.clone()),
        }
    }

    /// Fails when the message may never go out this way.
    ///
    /// # Errors
    /// [`Error::Conflict`] that says why.
    pub fn require(&self) -> Result<()> {
        match self.leave() {
            Leave::Never(rule, why) => Err(Error::Conflict(format!(
                "{why} ({rule}) Answer on another channel."
            ))),
            Leave::Now | Leave::At(_) => Ok(()),
        }
    }

    /// Writes down what was decided about a delivery, in place of what was decided before.
    pub fn record(&self, tx: &mut Tx<'_>, delivery: DeliveryId) -> Result<()> {
        let written = |value: serde_json::Result<serde_json::Value>| {
            value.map_err(|error| Error::Conflict(format!("this cannot be stored: {error}")))
        };
        let request = written(serde_json::to_value(&self.request))?;
        let decision = written(serde_json::to_value(&self.decision))?;
        let values = params![delivery, &request, &decision, self.request.now];
        tx.execute(&queries::RECORD_DECISION, values)?;
        Ok(())
    }

    /// The decision as the timeline keeps it.
    pub fn body(&self) -> serde_json::Value {
        serde_json::json!({
            "what": "delivery_decided", "request": self.request, "decision": self.decision,
        })
    }
}

/// How far the customer's clock is ahead of UTC, where it is known in which time zone they are.
fn utc_offset_minutes(
    tx: &mut Tx<'_>,
    identifier: IdentifierId,
    now: Millis,
) -> Result<Option<i32>> {
    let customer = identity::customer_of(tx, identifier)?;
    let profile = identity::profile(tx, customer)?;
    let zone = profile
        .attributes
        .get(TIME_ZONE)
        .and_then(|name| name.as_str());
    let zone = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok());
    let at = jiff::Timestamp::from_millisecond(now).ok();
    Ok(zone
        .zip(at)
        .map(|(zone, at)| zone.to_offset(at).seconds() / 60))
}

/// What a message is for, as its entry says. What says nothing is an answer.
pub(crate) fn purpose(body: &serde_json::Value) -> Purpose {
    if body.get("one_time_code").is_some() {
        return Purpose::Code;
    }
    body.get("purpose")
        .and_then(|word| serde_json::from_value(word.clone()).ok())
        .unwrap_or(Purpose::Answer)
}
