//! Whether a message may go out, now and this way: consent, quiet hours, windows of the networks.
//!
//! Here rules see the channel, because laws and contracts tell channels apart. It is a policy set of its own, so that
//! nothing of this leaks into what may be done for a customer.

use crate::decision::Decision;
use crate::remedy::Cure;
use crate::rule::Rule;
use crate::rulebook::RuleBook;
use crate::source::{Problem, Sources, Version};
use cedar_policy::{Context, Entities, Entity, EntityUid, RestrictedExpression};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;

const MINUTE_MS: Millis = 60_000;
const MINUTES_A_DAY: i64 = 24 * 60;
/// How far apart the times are that [`DeliveryPolicy::earliest`] tries, and how many.
const STEP_MS: Millis = 15 * MINUTE_MS;
const STEPS: i64 = 2 * 24 * 4;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An answer to what the customer wrote.
    Answer,
    /// About the customer's own matter, but nothing they are waiting for.
    Notice,
    /// A one-time code.
    Code,
    /// Advertising.
    Marketing,
    /// The one confirmation of an opting-out.
    Farewell,
}

impl Purpose {
    /// Every purpose there is.
    pub const ALL: [Self; 5] = [
        Self::Answer,
        Self::Notice,
        Self::Code,
        Self::Marketing,
        Self::Farewell,
    ];

    /// The word rules use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Notice => "notice",
            Self::Code => "code",
            Self::Marketing => "marketing",
            Self::Farewell => "farewell",
        }
    }
}

/// May this go out?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRequest {
    /// The way it takes.
    pub channel: Channel,
    /// What it is for.
    pub purpose: Purpose,
    /// True for a template that the network has approved.
    pub template: bool,
    /// True when the customer asked for no more messages at this address.
    pub opted_out: bool,
    /// True when the customer agreed to advertising.
    pub marketing_consent: bool,
    /// When the customer last wrote from this address.
    pub last_inbound: Option<Millis>,
    /// How many minutes the customer's clock is ahead of UTC, where known.
    pub utc_offset_minutes: Option<i32>,
    /// When it would go out.
    pub now: Millis,
}

/// What would let a message go out. Written in rules as `@remedy("…")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryRemedy {
    /// Nothing; another way may be open: `refuse`.
    Refuse,
    /// An approved template instead of free text: `template`.
    Template,
    /// Time: `wait`. See [`DeliveryPolicy::earliest`].
    Wait,
}

impl Cure for DeliveryRemedy {
    fn none() -> Self {
        Self::Refuse
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Refuse => 0,
            Self::Template => 1,
            Self::Wait => 2,
        }
    }
}

impl FromStr for DeliveryRemedy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "refuse" => Ok(Self::Refuse),
            "template" => Ok(Self::Template),
            "wait" => Ok(Self::Wait),
            _ => Err(format!(
                "'{text}' is no remedy here; use refuse, template or wait"
            )),
        }
    }
}

impl fmt::Display for DeliveryRemedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refuse => "refuse",
            Self::Template => "template",
            Self::Wait => "wait",
        })
    }
}

/// Rules about messages that have passed every check.
#[derive(Debug)]
pub struct DeliveryPolicy {
    book: RuleBook<DeliveryRemedy>,
    sender: EntityUid,
    action: EntityUid,
    recipient: EntityUid,
}

impl DeliveryPolicy {
    /// Compiles a delivery policy, as strictly as a business policy.
    ///
    /// # Errors
    /// All problems, with file and line.
    pub fn compile(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let book = RuleBook::compile(sources)?;
        let at_schema = |message: String| vec![Problem::at(&sources.schema, 1, message)];
        let entity =
            |text: &str| EntityUid::from_str(text).map_err(|error| at_schema(error.to_string()));
        let policy = Self {
            book,
            sender: entity("Delivery::Sender::\"us\"")?,
            action: entity("Delivery::Action::\"send\"")?,
            recipient: entity("Delivery::Recipient::\"this\"")?,
        };
        policy.check_schema().map_err(|error| {
            at_schema(format!(
                "what the program supplies for 'send' does not fit its declaration: {error}"
            ))
        })?;
        Ok(policy)
    }

    /// The name of this content.
    pub fn version(&self) -> &Version {
        &self.book.version
    }

    /// What it was compiled from.
    pub fn sources(&self) -> &Sources {
        &self.book.sources
    }

    /// Every rule, in the order of the files.
    pub fn rules(&self) -> Vec<&Rule<DeliveryRemedy>> {
        self.book.rules()
    }

    /// The document, each statement with the rules that enforce it.
    pub fn guide(&self) -> Vec<crate::guide::Section> {
        crate::guide::read(&self.book.sources.document, &self.rules())
    }

    /// The schema, for proofs.
    pub fn schema(&self) -> &cedar_policy::Schema {
        &self.book.schema
    }

    /// The rules and permissions, for proofs.
    pub fn policy_set(&self) -> &cedar_policy::PolicySet {
        &self.book.policies
    }

    /// Decides. There is always an answer: whatever cannot be evaluated is a no.
    pub fn decide(&self, request: &DeliveryRequest) -> Decision<DeliveryRemedy> {
        match self.facts(request) {
            Ok((cedar, entities)) => self.book.decide(&cedar, &entities, Vec::new()),
            Err(error) => Decision::deny(self.version(), Vec::new(), vec![error]),
        }
    }

    /// When the message may go out at the earliest, to a quarter of an hour; `None` when waiting two days does not help.
    pub fn earliest(&self, request: &DeliveryRequest) -> Option<Millis> {
        let quarter = request.now - request.now.rem_euclid(STEP_MS);
        let later = (1..=STEPS).map(|step| quarter.saturating_add(step * STEP_MS));
        std::iter::once(request.now).chain(later).find(|now| {
            let then = DeliveryRequest {
                now: *now,
                ..request.clone()
            };
            self.decide(&then).allowed
        })
    }

    fn facts(
        &self,
        request: &DeliveryRequest,
    ) -> Result<(cedar_policy::Request, Entities), String> {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let context = Context::from_pairs([
            ("purpose".to_owned(), text(request.purpose.as_str())),
            (
                "template".to_owned(),
                RestrictedExpression::new_bool(request.template),
            ),
        ])
        .map_err(|error| error.to_string())?;
        let recipient = Entity::new(self.recipient.clone(), recipient(request), HashSet::new())
            .map_err(|error| error.to_string())?;
        let sender = Entity::with_uid(self.sender.clone());
        let cedar = cedar_policy::Request::new(
            self.sender.clone(),
            self.action.clone(),
            self.recipient.clone(),
            context,
            Some(&self.book.schema),
        )
        .map_err(|error| error.to_string())?;
        // With the schema: entities are checked, and actions bring their groups.
        let entities = Entities::from_entities([sender, recipient], Some(&self.book.schema))
            .map_err(|error| error.to_string())?;
        Ok((cedar, entities))
    }

    fn check_schema(&self) -> Result<(), String> {
        let bare = DeliveryRequest {
            channel: Channel::Sms,
            purpose: Purpose::Answer,
            template: false,
            opted_out: false,
            marketing_consent: false,
            last_inbound: None,
            utc_offset_minutes: None,
            now: 0,
        };
        let full = DeliveryRequest {
            last_inbound: Some(0),
            utc_offset_minutes: Some(0),
            ..bare.clone()
        };
        self.facts(&bare)?;
        self.facts(&full).map(drop)
    }
}

fn recipient(request: &DeliveryRequest) -> HashMap<String, RestrictedExpression> {
    let channel = request.channel.as_str().to_owned();
    let yes = RestrictedExpression::new_bool;
    let mut attributes = HashMap::from([
        (
            "channel".to_owned(),
            RestrictedExpression::new_string(channel),
        ),
        ("opted_out".to_owned(), yes(request.opted_out)),
        (
            "marketing_consent".to_owned(),
            yes(request.marketing_consent),
        ),
    ]);
    let minutes = |ms: Millis| RestrictedExpression::new_long(ms.div_euclid(MINUTE_MS));
    if let Some(last) = request.last_inbound {
        let since = request.now.saturating_sub(last).max(0);
        attributes.insert("minutes_since_inbound".to_owned(), minutes(since));
    }
    if let Some(offset) = request.utc_offset_minutes {
        let local = request
            .now
            .div_euclid(MINUTE_MS)
            .saturating_add(offset.into());
        let minute = RestrictedExpression::new_long(local.rem_euclid(MINUTES_A_DAY));
        attributes.insert("local_minute".to_owned(), minute);
    }
    attributes
}
