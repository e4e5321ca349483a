//! `[server]`

use crate::cidr::Cidr;
use crate::section::section;
use std::net::{IpAddr, SocketAddr};
use url::Url;

section! {
    /// Where the program listens, and who stands in front of it.
    pub struct Server {
        /// The address and port of the HTTP listener. It speaks plain HTTP: put a proxy with TLS in
        /// front of it on the open internet.
        pub bind: SocketAddr = default(SocketAddr::from(([127, 0, 0, 1], 8080))),
        /// The address under which customers, providers and browsers reach this server. Links in
        /// messages, webhook signatures and cookies depend on it. Without it, `http://` and `bind`.
        pub public_url: Option<Url> = example("https://support.example.com/"),
        /// Proxies whose X-Forwarded-For is believed, as ranges of IP addresses. From anyone else
        /// it is ignored.
        pub trusted_proxies: Vec<Cidr> = example(["10.0.0.0/8", "fd00::/8"]),
        /// How long one request may take, in milliseconds. Streams are not cut off.
        pub request_timeout_ms: u64 = default(30_000),
        /// The largest request body, in bytes. Uploads of files have their own limit.
        pub max_body_bytes: u64 = default(2 * 1024 * 1024),
        /// How long running requests and jobs may take to end after SIGTERM, in milliseconds.
        pub shutdown_grace_ms: u64 = default(20_000),
    }
}

impl Server {
    /// `public_url`, or the listener's own address where none is set. Ends in a slash.
    pub fn public_base(&self) -> String {
        let mut base = match &self.public_url {
            Some(url) => url.to_string(),
            None => format!("http://{}/", self.bind),
        };
        if !base.ends_with('/') {
            base.push('/');
        }
        base
    }

    /// Whether forwarding headers sent by `peer` are believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|range| range.contains(peer))
    }
}
