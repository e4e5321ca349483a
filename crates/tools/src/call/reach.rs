//! From a service's name to the addresses that are called.
//!
//! Whoever answers for a name says where it leads, and may say something else tomorrow. A service of the internet is
//! therefore only called on the internet, so that a name cannot lead the secret and the arguments to a machine inside.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};
use throughline_model::internet::is_public;
use url::{Host, Url};

/// Finds the addresses of names that stand for places on the internet. The client connects to exactly these.
pub(super) struct InternetOnly;

impl Resolve for InternetOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            check(name.as_str(), &found).map_err(io::Error::other)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// One inner address spoils the name.
fn check(name: &str, found: &[SocketAddr]) -> Result<(), String> {
    let is_home = name.eq_ignore_ascii_case("localhost");
    let wrong = found.iter().map(SocketAddr::ip).find(|address| {
        let expected = is_home && address.is_loopback();
        !expected && !is_public(*address)
    });
    match wrong {
        None => Ok(()),
        Some(address) => Err(inner(name, address)),
    }
}

/// Whether a service that is not in a network of the operator's may be at `url`, as far as the URL itself tells.
/// Places on this machine are.
pub(crate) fn as_written(url: &Url) -> Result<(), String> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        _ => return Ok(()),
    };
    match address.is_loopback() || is_public(address) {
        true => Ok(()),
        false => Err(inner(url.host_str().unwrap_or_default(), address)),
    }
}

fn inner(name: &str, address: IpAddr) -> String {
    format!(
        "'{name}' leads to {address}, which is not on the internet; write private_network = true if that network is yours"
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn found(addresses: &[&str]) -> Vec<SocketAddr> {
        let parsed = addresses.iter().map(|text| text.parse().unwrap());
        parsed.map(|ip: IpAddr| SocketAddr::new(ip, 0)).collect()
    }

    #[test]
    fn a_name_of_the_internet_may_not_lead_inside() {
        assert_eq!(check("api.shop.example", &found(&["8.8.8.8"])), Ok(()));
        for inside in [
            "10.0.0.7",
            "127.0.0.1",
            "169.254.169.254",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ] {
            let told = check("api.shop.example", &found(&["8.8.8.8", inside])).unwrap_err();
            assert!(told.contains("private_network = true"), "{told}");
        }
    }

    #[test]
    fn this_machine_is_called_by_its_own_name_only() {
        assert_eq!(check("localhost", &found(&["127.0.0.1", "::1"])), Ok(()));
        assert!(check("localhost", &found(&["10.0.0.7"])).is_err());
        assert_eq!(
            as_written(&Url::parse("http://127.0.0.1:8092").unwrap()),
            Ok(())
        );
        assert_eq!(
            as_written(&Url::parse("https://shop.example").unwrap()),
            Ok(())
        );
        for inside in [
            "http://10.0.0.7",
            "http://169.254.169.254/latest",
            "http://[fd00::1]/",
            "http://0xA000007/",
        ] {
            assert!(
                as_written(&Url::parse(inside).unwrap()).is_err(),
                "{inside}"
            );
        }
    }
}
