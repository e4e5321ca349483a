//! What may be written as an address of the outside.

use super::error::Refused;
use std::net::IpAddr;
use throughline_model::internet::is_public;
use url::{Host, Url};

/// Names that never lead outside, with everything below them.
const INNER_NAMES: &[&str] = &[
    "localhost",
    "local",
    "internal",
    "intranet",
    "home.arpa",
    "localdomain",
];

/// How far calls to the outside may go. The default is the public internet over HTTPS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Allow every address, plain HTTP too. For demonstrations and tests on one machine.
    pub allow_private: bool,
    /// Hosts inside that the operator vouches for, by exact name or address; plain HTTP is allowed there too.
    pub vouched_hosts: Vec<String>,
}

impl Reach {
    /// True when `host` needs no check: everything is allowed, or the operator vouches for it.
    pub(super) fn covers(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.allow_private
            || self
                .vouched_hosts
                .iter()
                .any(|name| name.eq_ignore_ascii_case(host))
    }

    /// The URL that `text` spells, if we may go there as far as the spelling tells; what its name leads to is
    /// checked when it is resolved. Every odd spelling of an address (decimal, octal, hexadecimal, shortened,
    /// full-width digits) is read as a browser reads it before it is judged.
    ///
    /// # Errors
    /// [`Refused`], with what to write instead.
    pub fn check(&self, text: &str) -> Result<Url, Refused> {
        if text.len() > 2048 {
            return Err(Refused("use a URL of at most 2048 characters".to_owned()));
        }
        let url = Url::parse(text).map_err(|error| Refused(format!("this is no URL: {error}")))?;
        self.check_url(&url)?;
        Ok(url)
    }

    /// [`Reach::check`] of a URL that is parsed already.
    ///
    /// # Errors
    /// [`Refused`], with what to write instead.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let refuse = |why: &str| Err(Refused(why.to_owned()));
        if !matches!(url.scheme(), "https" | "http") {
            return refuse("use an https:// URL");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("leave user name and password out of the URL");
        }
        let Some(host) = url.host() else {
            return refuse("the URL names no host");
        };
        if self.covers(&host_name(url)) {
            return Ok(());
        }
        if url.scheme() != "https" {
            return refuse("use an https:// URL; plain http is readable on its way");
        }
        let address = match host {
            Host::Domain(name) => return check_name(name),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        match is_public(address) {
            true => Ok(()),
            false => Err(Refused(format!("{address} is not on the public internet"))),
        }
    }
}

/// The host of a URL without the dot that may end it and without the brackets of IPv6.
pub(super) fn host_name(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => String::new(),
    }
}

fn check_name(name: &str) -> Result<(), Refused> {
    let name = name.trim_end_matches('.');
    let inner = INNER_NAMES.iter().any(|inner| {
        name.strip_suffix(inner)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    // A name without a dot belongs to some local network's search list.
    if inner || !name.contains('.') {
        return Err(Refused(format!(
            "'{name}' is not a name of the public internet"
        )));
    }
    Ok(())
}
