//! Visitors: people in the chat on a web page, who are whoever holds a browser's token.
//!
//! * [`arrive`] and [`open`]: a browser gets its token and is known by it,
//! * [`sight`]: what a visitor may see: always their own line, the whole conversation only while who they are
//!   is freshly proven,
//! * [`identify`]: the shop vouches for a logged-in customer by a signed token,
//! * [`claim`], [`request_code`], [`verify_code`]: an address that is typed, and one that is proven,
//! * [`continue_on`] and [`resume`]: the conversation goes on elsewhere,
//! * [`offline`]: answers follow a visitor who has gone.
//!
//! One browser is used by one person after another. So a visitor is bound to one person: when somebody else is
//! proven in the same browser, the visitor is retired and a new one takes its place ([`Bound::Anew`]), with
//! nothing of the former in it.

mod address;
mod binding;
mod customer_token;
mod identify;
pub mod offline;
mod resume;
mod sight;

pub(crate) use address::CodeMessage;
pub use address::{claim, continue_on, introduce, request_code, verify_code};
pub use binding::Bound;
pub(crate) use binding::is_somebody_else;
pub use customer_token::{CustomerToken, TokenKey, Verifier};
pub use identify::identify;
pub use resume::{LINK_MS, ResumeLink, Resumed, make_link, make_own_link, resume};
pub use sight::{Line, Sight, assurance_here, check_quota, prompt_of, sight};

use crate::Setup;
use crate::error::{Error, Result};
use crate::identity::{self, Evidence};
use crate::push;
use crate::queries::visitor as queries;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::{CustomerId, EndpointId, IdentifierId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::{Tx, params};

/// From so many visitors or claims on, one more seen with the same device or address says nothing new.
const CROWD: i64 = 50;

/// What the installation says about visitors.
#[derive(Clone, Debug)]
pub struct Terms {
    /// For how long a browser that stays away is known as the same visitor, in milliseconds.
    pub remembered_ms: i64,
    /// How many one-time codes a visitor or an address gets per hour.
    pub codes_per_hour: i64,
    /// The address of this server, with a slash at its end, for links.
    pub public_base: String,
    /// How long an answer waits to be read in the chat before it follows by mail, in milliseconds.
    pub offline_after_ms: i64,
}

/// Somebody in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Their identifier, of the kind `visitor`.
    pub identifier: IdentifierId,
    /// Its value.
    pub value: String,
    /// The chat they came to.
    pub endpoint: EndpointId,
    /// Whose identifier it is, as far as is known.
    pub customer: CustomerId,
    /// The name they gave.
    pub name: Option<String>,
}

impl Visitor {
    /// The identifier as a message carries it.
    pub fn sender(&self) -> Identifier {
        Identifier {
            kind: IdentifierKind::Visitor,
            value: self.value.clone(),
        }
    }

    /// The id under which a message with this client's id is stored once.
    pub fn provider_id(&self, client_message_id: &str) -> String {
        format!("{}:{client_message_id}", self.identifier)
    }
}

/// A visitor with the token that names them.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Who.
    pub visitor: Visitor,
    /// The bearer token; whoever has it is the visitor.
    pub token: String,
}

/// A browser comes to the chat `endpoint` for the first time. The id of a device is context for people who
/// compare customers; it never links any.
///
/// # Errors
/// [`Error::Invalid`] for a device id that cannot be one.
pub fn arrive(
    tx: &mut Tx<'_>,
    setup: &Setup,
    endpoint: EndpointId,
    device: Option<&str>,
) -> Result<Arrived> {
    let identifier = Identifier {
        kind: IdentifierKind::Visitor,
        value: setup.clock.new_id().to_string(),
    };
    let person = identity::recognise(tx, &setup.clock, &identifier, None)?;
    if let Some(device) = device {
        observe_device(tx, setup, person.identifier, device)?;
    }
    let visitor = Visitor {
        identifier: person.identifier,
        value: identifier.value,
        endpoint,
        customer: person.customer,
        name: None,
    };
    let token = token_of(setup, &visitor);
    Ok(Arrived { visitor, token })
}

/// Who holds `token`; none when it is not one of ours, has ended, or was not used for longer than visitors are
/// remembered.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &mut Tx<'_>, setup: &Setup, terms: &Terms, token: &str) -> Result<Option<Visitor>> {
    let Some([identifier, endpoint]) = setup.keys.open::<2>("visitor", token) else {
        return Ok(None);
    };
    let forgotten = setup.clock.now() - terms.remembered_ms;
    let found = find(tx, identifier.into(), endpoint.into())?;
    Ok(found
        .filter(|(seen_at, _)| *seen_at > forgotten)
        .map(|(_, visitor)| visitor))
}

/// A visitor whose token counts, and when they were seen last.
fn find(
    tx: &mut Tx<'_>,
    identifier: IdentifierId,
    endpoint: EndpointId,
) -> Result<Option<(Millis, Visitor)>> {
    Ok(tx.optional(&queries::FIND, params![identifier], |row| {
        Ok((
            row.get("seen_at")?,
            Visitor {
                identifier: row.get("id")?,
                value: row.get("value")?,
                endpoint,
                customer: row.get("customer_id")?,
                name: row.get("name")?,
            },
        ))
    })?)
}

/// The visitor leaves: their token counts no more, and a new visitor takes their place.
///
/// # Errors
/// When the database fails.
pub fn sign_out(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<Arrived> {
    retire(tx, setup, visitor)?;
    arrive(tx, setup, visitor.endpoint, None)
}

/// Whether a visitor has left, so that their token counts no more.
pub(crate) fn is_retired(tx: &mut Tx<'_>, visitor: IdentifierId) -> Result<bool> {
    let retired = tx.optional(&queries::IS_RETIRED, params![visitor], |row| {
        row.get::<i64>("at")
    })?;
    Ok(retired.is_some())
}

fn retire(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<()> {
    let now = setup.clock.now();
    tx.execute(&queries::RETIRE, params![visitor.identifier, now])?;
    tx.execute(&queries::END_PROOFS, params![visitor.identifier, now])?;
    push::forget(tx, visitor.identifier)?;
    tx.hint(throughline_storage::Hint::Identity {
        customer: visitor.identifier.uuid(),
    });
    Ok(())
}

fn token_of(setup: &Setup, visitor: &Visitor) -> String {
    let parts = [visitor.identifier.uuid(), visitor.endpoint.uuid()];
    setup.keys.seal("visitor", &parts)
}

fn observe_device(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: IdentifierId,
    device: &str,
) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !(16..=64).contains(&device.len()) || !device.chars().all(plain) {
        return Err(Error::invalid(
            "device",
            "use 16 to 64 letters, digits and hyphens at random",
        ));
    }
    let device = Identifier::parse(IdentifierKind::Device, device, None)
        .map_err(|error| Error::invalid("device", error))?;
    let device = identity::recognise(tx, &setup.clock, &device, None)?;
    note(
        tx,
        setup,
        AssertionKind::Observed,
        device.identifier,
        visitor,
        "chat",
    )
}

/// Writes down weak evidence, unless a crowd has said the same about `about`.
fn note(
    tx: &mut Tx<'_>,
    setup: &Setup,
    kind: AssertionKind,
    about: IdentifierId,
    other: IdentifierId,
    source: &str,
) -> Result<()> {
    let said: i64 = tx.one(&queries::SEEN_WITH, params![about, kind], |row| {
        row.get("count")
    })?;
    if said < CROWD {
        let evidence = Evidence::seen(kind, other, about, Assurance::NONE, source);
        identity::assert(tx, setup, evidence)?;
    }
    Ok(())
}
