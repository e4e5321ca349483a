//! Identities. Each is a newtype over a UUIDv7, so ids sort by the time they were made and one
//! kind can never be passed for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub Uuid);

        impl $name {
            /// The UUID itself, as stored.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// The one record of a person. Equal to the id of that person's oldest [`IdentifierId`], so it
    /// is stable, and the id of any other identifier of the person redirects to it.
    CustomerId;
    /// One phone number, address, account, visitor or handle.
    IdentifierId;
    /// One piece of evidence about identity.
    AssertionId;
    /// One configured address of the business on a channel.
    EndpointId;
    /// One stretch of contact on one channel endpoint.
    InteractionId;
    /// The customer's issue, across all its interactions.
    ConversationId;
    /// One line of the timeline.
    EntryId;
    /// One stored file.
    AttachmentId;
    /// One outbound message on its way out.
    DeliveryId;
    /// One action that somebody with a say is asked to agree to.
    ApprovalId;
    /// A human user of the desk.
    MemberId;
    /// A background job.
    JobId;
    /// An outgoing webhook subscription.
    WebhookId;
    /// An API token.
    TokenId;
    /// One answer written once, for many conversations.
    MacroId;
    /// One filter of the inbox with a name.
    SavedViewId;
    /// One thing a member should know of.
    NotificationId;
    /// One raw payload as a provider sent it.
    RawId;
    /// One article of the knowledge base, in one language.
    ArticleId;
    /// Where work waits for people or AI agents of one kind.
    QueueId;
    /// Business hours with their time zone and holidays.
    CalendarId;
    /// One piece of work that the router hands out.
    WorkItemId;
    /// Somebody who works: a human, whose member id this is, or an AI agent.
    WorkerId;
}

impl From<IdentifierId> for CustomerId {
    fn from(id: IdentifierId) -> Self {
        Self(id.0)
    }
}
