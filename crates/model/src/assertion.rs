//! The words of identity: what may be asserted about who is who, and why customers are suggested or
//! kept apart.

use crate::words;
use serde::{Deserialize, Serialize};

words! {
    /// What one piece of evidence about identity says.
    AssertionKind {
        /// Two identifiers were seen together. Never links.
        Observed = "observed",
        /// Somebody said an identifier is theirs, without proof. Never links.
        Claimed = "claimed",
        /// In one interaction the same person proved both identifiers.
        Verified = "verified",
        /// A member decided that two identifiers belong to one person.
        Merged = "merged",
        /// A member decided that two identifiers belong to different people.
        NotSame = "not_same",
        /// An earlier assertion is withdrawn.
        Retracted = "retracted",
    }
}

words! {
    /// Why two customers may be one person, for a member to decide.
    SuggestReason {
        /// Somebody said so without proof.
        Claimed = "claimed",
        /// Proven, but too weakly to link (mail or a call a third party vouches for).
        WeakProof = "weak_proof",
        /// Both have used an identifier that several people share.
        SharedIdentifier = "shared_identifier",
        /// Proven, but one person would have more identifiers of a kind than people have.
        OverLimit = "over_limit",
        /// Proven to have something in common, but each has an account of its own.
        DifferentAccounts = "different_accounts",
        /// Both have used one device.
        SameDevice = "same_device",
        /// Seen together without anything being proven.
        SeenTogether = "seen_together",
        /// Name, address or date of birth agree.
        SimilarDetails = "similar_details",
    }
}

words! {
    /// Why an identifier has stopped linking people.
    SharedReason {
        /// People with different accounts have proven it.
        Accounts = "accounts",
        /// Several people have proven it: a family's phone, a home computer.
        People = "people",
        /// A crowd has proven it: a switchboard, a kiosk. It does not even suggest.
        Crowd = "crowd",
        /// The value stands for nobody.
        Blocked = "blocked",
    }
}
