//! From a name to addresses that were checked, and from there straight into the connection.

use super::error::Refused;
use super::target::Reach;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use throughline_model::internet::is_public;

/// Finds the addresses of a name.
#[async_trait::async_trait]
pub trait Resolver: Send + Sync {
    /// Every address `host` has now.
    ///
    /// # Errors
    /// When the name is not known or nobody could be asked.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks whom the operating system asks.
pub struct SystemResolver;

#[async_trait::async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Stands between the client and the resolver. The client connects to exactly the addresses that come out of
/// here, so a name that changes its answer between check and use changes nothing.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) reach: Arc<Reach>,
}

impl Guard {
    /// The addresses of `host`, all of them places we go to. One inner address among them spoils the name.
    pub(super) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let found =
            self.resolver.resolve(host).await.map_err(|error| {
                ResolveError::Unknown(format!("'{host}' was not found: {error}"))
            })?;
        if found.is_empty() {
            return Err(ResolveError::Unknown(format!("'{host}' has no address")));
        }
        let inner = found.iter().find(|address| !is_public(**address));
        match inner {
            Some(address) if !self.reach.covers(host) => Err(Refused(format!(
                "'{host}' leads to {address}, which is not on the public internet"
            ))
            .into()),
            _ => Ok(found),
        }
    }
}

/// Why a name gave no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("{0}")]
    Unknown(String),
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            match guard.addresses(name.as_str()).await {
                // The client puts the port of the URL in the place of 0.
                Ok(found) => Ok(Box::new(
                    found.into_iter().map(|address| SocketAddr::new(address, 0)),
                ) as Addrs),
                // Unwrapped, so that whoever looks through the causes finds the refusal itself.
                Err(ResolveError::Refused(refused)) => Err(refused.into()),
                Err(error) => Err(error.into()),
            }
        })
    }
}
