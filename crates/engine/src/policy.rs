//! The rules in force, and how operators change them.
//!
//! What may be done, and whether a message may go out, are decided by `throughline_policy`; here its rules are kept.
//! Every policy that was in force stays, by number and by the hash that decisions name.
//!
//! * [`InForce`]: what is decided by now; [`refresh`] and [`keep_up`] follow what was published elsewhere,
//! * [`check`]: what is wrong with an edit, and its document beside its rules,
//! * [`impact`] and [`replay`]: recorded decisions made again,
//! * [`prove`]: what holds for all requests there can be,
//! * [`prepare`] and [`publish`]: the gate every edit passes; [`earlier`]: what a roll-back publishes anew.

mod compiled;
mod in_force;
mod proof;
mod recorded;
mod version;

pub use compiled::{Checked, Compiled, check, usable};
pub use in_force::{InForce, keep_up, refresh};
pub use proof::{Proofs, Proven, prove};
pub use recorded::{Changed, Impact, Outcome, impact, replay};
pub use version::{
    Edit, PolicyVersion, Prepared, VersionSummary, adopt, earlier, in_force, prepare, publish,
    version, versions,
};

use serde::{Deserialize, Serialize};
use throughline_model::words;

words! {
    /// Which rules.
    PolicyKind {
        /// What may be done for a customer. It never sees the channel.
        Business = "business",
        /// Whether a message may go out, now and this way.
        Delivery = "delivery",
    }
}

/// The most files of a policy.
const FILES_LIMIT: usize = 100;
