//! Phone numbers are recycled: the same digits may belong to someone else a year later.
//!
//! Each life of a number is an epoch with a node of its own, so nothing the new holder does reaches
//! the history of the old one.

use crate::rules::Rules;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::CustomerId;

/// What is known about the current epoch of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhoneHistory {
    /// When its holder last used or proved it; none when nothing is known yet.
    pub last_evidence_at: Option<Millis>,
    /// Who holds it, as far as anything but the number itself says: the customer it is linked to by
    /// an account, an email address or a handle. None when the number stands alone.
    pub holder: Option<CustomerId>,
    /// When the carrier said the number was disconnected, if it did during this epoch.
    pub disconnected_at: Option<Millis>,
}

/// A new use of the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvidence {
    /// When.
    pub at: Millis,
    /// How well the person proved to hold it now.
    pub assurance: Assurance,
    /// Who they are, as far as anything but the number itself says; none when nothing does.
    pub holder: Option<CustomerId>,
}

/// True when `evidence` shows that the number has a new holder, so that it needs a new node.
///
/// Either the carrier has reported a disconnection since the number was last used, or it was idle
/// for [`Rules::phone_idle_ms`] and a known person who is not its known holder now proves to have
/// it. The same person coming back after years opens nothing, and nor does somebody unknown: that
/// may still be the old holder.
pub fn opens_new_epoch(existing: &PhoneHistory, evidence: &NewEvidence, rules: &Rules) -> bool {
    let Some(last) = existing.last_evidence_at else {
        return false;
    };
    if existing.holder.is_some() && existing.holder == evidence.holder {
        return false;
    }
    if existing
        .disconnected_at
        .is_some_and(|at| at >= last && at <= evidence.at)
    {
        return true;
    }
    let idle = evidence.at.saturating_sub(last) >= rules.phone_idle_ms;
    idle && evidence.holder.is_some() && evidence.assurance >= Assurance::PROVEN
}
