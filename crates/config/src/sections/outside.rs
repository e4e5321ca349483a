//! `[outside]`: how far calls to addresses that others name may go.

use crate::section::section;

section! {
    /// How far calls to addresses that others name may go: webhooks, files of providers.
    pub struct Outside {
        /// Allow every address, this machine and private networks included, over plain HTTP too.
        /// For demonstrations and tests on one machine.
        pub allow_private: bool = default(false),
        /// Hosts inside your network that may be called all the same, by exact name or address.
        pub vouched_hosts: Vec<String> = example(["crm.internal"]),
    }
}
