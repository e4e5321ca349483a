//! `[agent]`

use crate::section::section;
use std::path::PathBuf;

section! {
    /// The AI agent: it answers from the knowledge base and follows your procedures, on every channel.
    pub struct Agent {
        /// Whether it answers customers. Without it, every message waits for a person.
        pub enabled: bool = default(false),
        /// The folder with what you wrote down for it: procedures/, tools/ and policy/. Check it with
        /// `throughline procedure check`.
        pub folder: Option<PathBuf> = example("/etc/throughline/shop"),
        /// A conversation it has answered is resolved when nothing has happened in it for this many
        /// hours; 0 for never. Who writes later opens it again.
        pub resolve_after_hours: u64 = default(48),
    }
}
