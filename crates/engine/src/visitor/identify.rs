//! The shop vouches for a logged-in customer.

use super::binding::{Bound, visitor_for};
use super::{CustomerToken, Visitor, note};
use crate::Setup;
use crate::error::{Error, Result};
use crate::identity;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::IdentifierId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::Tx;

/// What the shop's signed token says of the visitor is proven until the token ends: the account is theirs, and
/// so are the address and number the shop has checked. An address it has not checked is only a claim.
///
/// # Errors
/// [`Error::Invalid`] when the subject cannot be an account.
pub fn identify(
    tx: &mut Tx<'_>,
    setup: &Setup,
    visitor: &Visitor,
    token: &CustomerToken,
) -> Result<Bound> {
    let account = Identifier::parse(IdentifierKind::Account, &token.sub, None)
        .map_err(|error| Error::invalid("sub", error))?;
    let name = token.name.as_deref().map(clean_name);
    let name = name.as_deref().filter(|name| !name.is_empty());
    let person = identity::recognise(tx, &setup.clock, &account, name)?;
    let bound = visitor_for(tx, setup, visitor, person, IdentifierKind::Account)?;
    let until = token.expires_at();
    let (holder, account) = (bound.visitor().identifier, person.identifier);
    identity::prove(tx, setup, holder, account, Assurance::PROVEN, "jwt", until)?;
    let addresses = [
        (IdentifierKind::Email, &token.email, token.email_verified),
        (IdentifierKind::Phone, &token.phone, token.phone_verified),
    ];
    for (kind, address, verified) in addresses {
        if let Some(address) = address {
            vouch(tx, setup, account, kind, address, verified, until)?;
        }
    }
    bound.settled(tx)
}

fn vouch(
    tx: &mut Tx<'_>,
    setup: &Setup,
    account: IdentifierId,
    kind: IdentifierKind,
    address: &str,
    verified: bool,
    until: Millis,
) -> Result<()> {
    let address = match Identifier::parse(kind, address, None) {
        Ok(address) => address,
        Err(error) => {
            // The customer is not to blame for what the shop keeps of them.
            tracing::warn!(%error, "a customer token has an address that cannot be used");
            return Ok(());
        }
    };
    let address = identity::recognise(tx, &setup.clock, &address, None)?.identifier;
    if verified {
        identity::prove(tx, setup, account, address, Assurance::PROVEN, "jwt", until)?;
        return Ok(());
    }
    note(tx, setup, AssertionKind::Claimed, address, account, "jwt")
}

/// A name as it may be shown: one line, at most 120 characters.
pub(super) fn clean_name(name: &str) -> String {
    let spaced = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(120);
    spaced.collect::<String>().trim().to_owned()
}
