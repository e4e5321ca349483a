//! `[security]`, `[limits]`, `[conversation]` and `[retention]`

use crate::secret::Secret;
use crate::section::section;

section! {
    /// Keys, sessions and log-in.
    pub struct Security {
        /// The secret from which keys for links, chat visitors, message ids and webhooks are
        /// derived: at least 32 characters at random. All nodes of an installation share it;
        /// changing it ends every link sent out, every visitor's chat and every webhook's secret.
        /// Without it, `serve` makes one in `secret.key` under `storage.data_dir`.
        pub secret_key: Option<Secret> = example({ env = "THROUGHLINE_SECRET_KEY" }),
        /// How long a person at the desk stays logged in, in hours.
        pub session_hours: u64 = default(12),
        /// Attempts to log in, per minute and per address and account.
        pub login_attempts_per_minute: u32 = default(10),
    }
}

section! {
    /// How often anyone may do something.
    pub struct Limits {
        /// Requests to the API, per minute and token.
        pub api_requests_per_minute: u32 = default(600),
        /// Chat messages, per minute and visitor.
        pub chat_messages_per_minute: u32 = default(30),
        /// One-time codes sent, per hour and phone number or mail address.
        pub codes_per_hour: u32 = default(5),
    }
}

section! {
    /// How messages join into conversations.
    pub struct Conversation {
        /// A customer who writes within this many hours after a conversation was resolved reopens
        /// it; later a new one starts.
        pub reopen_window_hours: u64 = default(168),
        /// How long a browser is remembered as the same chat visitor, in days.
        pub visitor_days: u64 = default(180),
        /// How long an answer waits to be read in the chat before it follows its visitor by mail, in
        /// minutes. Needs `offline_email_endpoint` of the chat.
        pub chat_offline_minutes: u64 = default(3),
    }
}

section! {
    /// How long raw material is kept. Conversations themselves are kept until deleted.
    pub struct Retention {
        /// How long the ids of inbound messages are remembered so that a repeated one is not stored
        /// twice, in days: at least 30, since providers repeat for that long.
        pub dedupe_days: u64 = default(45),
        /// How long inbound messages are kept in the form they arrived in, in days.
        pub raw_days: u64 = default(90),
    }
}
