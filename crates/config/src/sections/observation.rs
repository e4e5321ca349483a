//! `[log]` and `[metrics]`: what the program tells about itself.

use crate::secret::Secret;
use crate::section::section;
use crate::setting::setting_words;
use std::net::SocketAddr;

section! {
    /// What the program writes about its own work.
    pub struct Log {
        /// What to write, as `level` or `target=level`, separated by commas; the levels are error,
        /// warn, info, debug and trace.
        pub filter: String = default("info".to_owned()),
        /// "text" for people, "json" for programs: one object per line.
        pub format: LogFormat = default(LogFormat::Text),
    }
}

setting_words! {
    /// The form of log lines.
    pub enum LogFormat {
        /// For people.
        Text = "text",
        /// One JSON object per line.
        Json = "json",
    }
}

section! {
    /// Figures for Prometheus.
    pub struct Metrics {
        /// An address and port of its own for the figures. Without it they are served by the HTTP
        /// listener, under `path`.
        pub bind: Option<SocketAddr> = example("127.0.0.1:9464"),
        /// The path of the figures.
        pub path: String = default("/metrics".to_owned()),
        /// The token a scraper must send as `Authorization: Bearer …`. Without it only requests
        /// from this machine are answered.
        pub token: Option<Secret> = example({ env = "METRICS_TOKEN" }),
    }
}
