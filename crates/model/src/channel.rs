//! Channels and the contract a channel's adapter fulfils.

use crate::outbound::{Outbound, Reconciled, SendOutcome};
use crate::words;
use serde::{Deserialize, Serialize};

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
