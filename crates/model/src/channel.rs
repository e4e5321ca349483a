//! Channels and the contract a channel's adapter fulfils.

use crate::outbound::{Outbound, Reconciled, SendOutcome};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word, as it stands in SQL, JSON and on screen.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = $crate::channel::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    other => Err($crate::channel::UnknownWord {
                        word: other.to_owned(),
                        expected: &[$($word,)*],
                    }),
                }
            }
        }
    };
}
pub(crate) use words;

/// A word that is not one of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is not known; use one of {expected:?}")]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What would have been understood.
    pub expected: &'static [&'static str],
}

words! {
    /// A medium.
    Channel {
        /// The chat on a web page.
        Webchat = "webchat",
        /// The chat inside a mobile app.
        InApp = "in_app",
        /// Electronic mail.
        Email = "email",
        /// Text messages.
        Sms = "sms",
        /// Telephone.
        Voice = "voice",
        /// Video calls.
        Video = "video",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Facebook Messenger.
        Messenger = "messenger",
        /// Instagram messages.
        Instagram = "instagram",
        /// Telegram.
        Telegram = "telegram",
        /// A visit to a shop.
        InStore = "in_store",
    }
}

/// Carries messages out over one configured endpoint.
///
/// One adapter exists per endpoint. It knows its provider's wire format and nothing of the engine.
#[async_trait::async_trait]
pub trait ChannelAdapter: Send + Sync {
    /// Hands one message to the provider. Called at most once for a delivery unless an earlier call
    /// returned [`SendOutcome::Retry`].
    async fn send(&self, message: &Outbound) -> SendOutcome;

    /// Asks the provider what became of a message whose sending was cut short. The default says that
    /// this provider cannot tell.
    async fn reconcile(&self, _message: &Outbound) -> Reconciled {
        Reconciled::CannotTell
    }
}
