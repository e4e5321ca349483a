//! What all of the chat shares: open streams, limits, the keys of the shops, the terms for visitors.

use super::hub::Hub;
use crate::app::ConfiguredEndpoint;
use crate::problem::Problem;
use std::collections::HashMap;
use std::net::IpAddr;
use throughline_config::{Config, JwtAlgorithm, Webchat};
use throughline_engine::access::RateLimit;
use throughline_engine::key::Keys;
use throughline_engine::push::SenderKey;
use throughline_engine::visitor::{Terms, TokenKey, Verifier};
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::id::{EndpointId, IdentifierId};

/// Many people may share one address of the internet: it may do so many times what one visitor may.
const PEOPLE_PER_ADDRESS: u32 = 10;
/// Typing and read marks, per minute and visitor.
const SIGNS_PER_MINUTE: u32 = 120;
/// Codes asked for and codes tried, per minute and visitor.
const CODES_PER_MINUTE: u32 = 10;
/// Requests that only read, per minute and visitor.
const READS_PER_MINUTE: u32 = 240;

/// Pages that show the button, per minute and address of the internet.
const PAGES_PER_MINUTE: u32 = 600;

/// Shared by all handlers of the chat.
pub struct Lobby {
    hub: Hub,
    terms: Terms,
    verifiers: HashMap<EndpointId, Verifier>,
    messages: RateLimit,
    from_address: RateLimit,
    signs: RateLimit,
    codes: RateLimit,
    reads: RateLimit,
    pages: RateLimit,
    sender: SenderKey,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Something that is stored: a message, a file, a new visitor.
    Message,
    /// Something fleeting.
    Sign,
    /// Something about a code.
    Code,
    /// Something that is only read.
    Read,
}

impl Lobby {
    /// Opens the lobby as configured. A key that cannot be read is left out, and the log says so.
    pub fn new(config: &Config, endpoints: &[ConfiguredEndpoint], keys: &Keys) -> Self {
        let per_minute = config.limits.chat_messages_per_minute;
        let verifiers = endpoints
            .iter()
            .filter_map(|one| {
                let chat = one.config.webchat.as_ref()?;
                Some((one.record.id, verifier(&one.record.name, chat)?))
            })
            .collect();
        Self {
            hub: Hub::default(),
            terms: terms(config),
            verifiers,
            messages: RateLimit::per_minute(per_minute),
            from_address: RateLimit::per_minute(per_minute.saturating_mul(PEOPLE_PER_ADDRESS)),
            signs: RateLimit::per_minute(SIGNS_PER_MINUTE),
            codes: RateLimit::per_minute(CODES_PER_MINUTE),
            reads: RateLimit::per_minute(READS_PER_MINUTE),
            pages: RateLimit::per_minute(PAGES_PER_MINUTE),
            sender: SenderKey::of(keys),
        }
    }

    /// The open streams.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// What is said about visitors.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Checks tokens of the shop behind a chat; none when it signs none.
    pub fn verifier(&self, endpoint: EndpointId) -> Option<&Verifier> {
        self.verifiers.get(&endpoint)
    }

    /// By what push services know this installation.
    pub fn sender(&self) -> &SenderKey {
        &self.sender
    }

    /// Counts a page with the chat's button, from one address of the internet.
    ///
    /// # Errors
    /// A 429 that says when to come back.
    pub fn count_page(&self, address: IpAddr, now: Millis) -> Result<(), Problem> {
        take(&self.pages, &network(address), now)
    }

    /// Counts one effort of a visitor.
    ///
    /// # Errors
    /// A 429 that says when to come back.
    pub fn count(&self, visitor: IdentifierId, effort: Effort, now: Millis) -> Result<(), Problem> {
        let limit = match effort {
            Effort::Message => &self.messages,
            Effort::Sign => &self.signs,
            Effort::Code => &self.codes,
            Effort::Read => &self.reads,
        };
        take(limit, &visitor.to_string(), now)
    }

    /// Counts something stored from one address of the internet.
    ///
    /// # Errors
    /// A 429 that says when to come back.
    pub fn count_address(&self, address: IpAddr, now: Millis) -> Result<(), Problem> {
        take(&self.from_address, &network(address), now)
    }
}

fn take(limit: &RateLimit, key: &str, now: Millis) -> Result<(), Problem> {
    let verdict = limit.take(key, now);
    match verdict.allowed {
        true => Ok(()),
        false => Err(Problem::too_many(verdict.reset_ms)),
    }
}

/// One household has one IPv4 address, but a whole /64 of IPv6.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

/// The terms for visitors that a configuration sets.
pub fn terms(config: &Config) -> Terms {
    const DAY_MS: i64 = 86_400_000;
    const MINUTE_MS: i64 = 60_000;
    let whole = |count: u64, unit: i64| {
        i64::try_from(count)
            .unwrap_or(i64::MAX)
            .saturating_mul(unit)
            .min(100 * 365 * DAY_MS)
    };
    Terms {
        remembered_ms: whole(config.conversation.visitor_days, DAY_MS),
        codes_per_hour: i64::from(config.limits.codes_per_hour),
        public_base: config.server.public_base(),
        offline_after_ms: whole(config.conversation.chat_offline_minutes, MINUTE_MS),
    }
}

/// The mailbox that answers for each chat when its visitor has gone.
pub fn mailboxes(endpoints: &[ConfiguredEndpoint]) -> HashMap<EndpointId, EndpointId> {
    let id_of = |name: &String| {
        endpoints
            .iter()
            .find(|one| one.record.name == *name && one.record.channel == Channel::Email)
            .map(|one| one.record.id)
    };
    endpoints
        .iter()
        .filter_map(|one| {
            let chat = one.config.webchat.as_ref()?;
            Some((one.record.id, id_of(chat.offline_email_endpoint.as_ref()?)?))
        })
        .collect()
}

fn verifier(endpoint: &str, chat: &Webchat) -> Option<Verifier> {
    if chat.jwt_keys.is_empty() && chat.jwt_public_keys.is_empty() {
        return None;
    }
    let mut files = Vec::new();
    for key in &chat.jwt_public_keys {
        match std::fs::read(&key.file) {
            Ok(pem) => files.push((key.algorithm, pem)),
            Err(error) => {
                tracing::error!(endpoint, file = %key.file.display(), %error, "a key for customer tokens cannot be read");
            }
        }
    }
    let secrets = chat
        .jwt_keys
        .iter()
        .map(|key| TokenKey::Secret(key.expose().as_bytes()));
    let public = files.iter().map(|(algorithm, pem)| match algorithm {
        JwtAlgorithm::Rs256 => TokenKey::Rsa(pem),
        JwtAlgorithm::Es256 => TokenKey::Ec(pem),
        JwtAlgorithm::EdDsa => TokenKey::Ed(pem),
    });
    let keys: Vec<_> = secrets.chain(public).collect();
    let audience = chat.jwt_audience.as_deref().unwrap_or(endpoint);
    Verifier::new(&keys, audience)
        .inspect_err(|error| tracing::error!(endpoint, %error, "customer tokens of this chat are refused until its keys are right"))
        .ok()
}
