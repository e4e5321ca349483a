//! What delivery hands to a channel's adapter, and what comes back.

use crate::id::{ConversationId, DeliveryId, EndpointId};
use crate::identifier::Identifier;
use crate::inbound::File;
use crate::words;
use serde::{Deserialize, Serialize};

/// One message to a customer, ready to be put into a provider's form.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// The delivery this is an attempt of.
    pub delivery: DeliveryId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The endpoint it leaves through: the one the customer's interaction came in on.
    pub endpoint: EndpointId,
    /// The id its writer gave it; a message is sent at most once per such id.
    pub client_message_id: String,
    /// Where it goes.
    pub to: Identifier,
    /// The recipient's name, where known.
    pub to_name: Option<String>,
    /// The text.
    pub text: String,
    /// Subject line, for channels that have one.
    pub subject: Option<String>,
    /// Message-ID of the customer's message it answers.
    pub in_reply_to: Option<String>,
    /// Message-IDs of the thread so far, oldest first.
    pub references: Vec<String>,
    /// True when no human wrote it (codes, notices): mail is marked `Auto-Submitted`.
    pub automatic: bool,
    /// Files to send along.
    pub files: Vec<File>,
}

/// What became of one attempt to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider has taken it and named it.
    Sent {
        /// The provider's id of the message.
        provider_id: String,
        /// How many billable parts it has (SMS segments), where that means something.
        parts: Option<u32>,
    },
    /// The provider has certainly not taken it; a later attempt may work.
    Retry {
        /// Why, for people.
        reason: String,
        /// When the provider asks us to come back, in milliseconds from now.
        after_ms: Option<i64>,
    },
    /// It will never work this way.
    Permanent {
        /// The provider's code, or our own word.
        code: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// It may or may not have been taken (a timeout after the request was written).
    Unknown {
        /// Why, for people.
        reason: String,
    },
}

/// What a provider says about a message whose sending was cut short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconciled {
    /// It has the message.
    Found {
        /// The provider's id of it.
        provider_id: String,
    },
    /// It certainly does not have it: sending again is safe.
    NotFound,
    /// The provider offers no way to know.
    CannotTell,
}

words! {
    /// Where a delivery stands. A lattice: it only moves forward
    /// (`queued < sending < sent < delivered < read`; `failed`, `unknown` apart).
    DeliveryStatus {
        /// Waiting for its turn.
        Queued = "queued",
        /// Handed to the adapter right now.
        Sending = "sending",
        /// The outcome is not known; being reconciled with the provider.
        Unknown = "unknown",
        /// Taken by the provider.
        Sent = "sent",
        /// Arrived at the customer's device or mail server.
        Delivered = "delivered",
        /// Seen by the customer.
        Read = "read",
        /// Will not arrive.
        Failed = "failed",
    }
}

impl DeliveryStatus {
    fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Sending => 1,
            Self::Unknown => 2,
            Self::Sent => 3,
            Self::Failed => 4,
            Self::Delivered => 5,
            Self::Read => 6,
        }
    }

    /// The status after `news` about a delivery that stands here: late and repeated news never
    /// moves it back. Proof of arrival outranks an earlier failure.
    #[must_use]
    pub fn after(self, news: Self) -> Self {
        if news.rank() > self.rank() {
            news
        } else {
            self
        }
    }

    /// True when nothing more will be tried.
    pub fn is_settled(self) -> bool {
        self.rank() >= Self::Sent.rank()
    }
}

/// A provider's news about a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusNews {
    /// The provider's id of the message.
    pub provider_id: String,
    /// Our own id of the delivery, when the provider gives it back.
    pub delivery: Option<DeliveryId>,
    /// What the provider says.
    pub status: DeliveryStatus,
    /// The provider's error code, if any.
    pub code: Option<String>,
    /// The provider's words, if any.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::DeliveryStatus::*;

    #[test]
    fn a_status_never_goes_backwards() {
        assert_eq!(Delivered.after(Sent), Delivered);
        assert_eq!(Sent.after(Delivered), Delivered);
        assert_eq!(Read.after(Failed), Read);
        assert_eq!(Failed.after(Sent), Failed);
        assert_eq!(Failed.after(Delivered), Delivered);
        assert_eq!(Unknown.after(Sent), Sent);
    }
}
