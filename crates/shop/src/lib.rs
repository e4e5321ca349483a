//! The demo shop's own service: what an online shop's order system offers to its customer service.
//!
//! It is a counterpart of the product and no part of it. Every operation of the OpenAPI document at `/openapi.json`
//! is a tool the AI agent may call through the policy. The shop checks what an order system checks (that an order is
//! pending, that a gift card covers it) and trusts its caller to know who may ask: it has one key.
//!
//! * [`records`]: what is kept, in the shape of public data; [`books`]: what may be done with it,
//! * [`once`], [`instruction`]: `Idempotency-Key`,
//! * [`drill`]: switches that make it slow, wrong or broken,
//! * [`paper`]: labels and invoices behind links that cannot be guessed.

mod api;
pub mod books;
pub mod drill;
pub mod instruction;
pub mod money;
pub mod once;
pub mod paper;
pub mod records;
pub mod refusal;
mod shop;

pub use api::{document, router};
pub use shop::{Options, Shop};

use std::future::Future;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A shop that runs until it is dropped.
pub struct Running {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is reached, without a slash at the end.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens a shop on a free port of this machine: in memory, with drills, and with `key`. For tests.
///
/// # Errors
/// When there is no free port.
pub async fn start(key: &str) -> Result<Running, String> {
    let failed = |error: std::io::Error| format!("the shop cannot listen: {error}");
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let shop = Shop::open(Options {
        key: key.to_owned(),
        public_base: format!("http://{address}"),
        file: None,
        drills: true,
    })?;
    let task = tokio::spawn(async move {
        // An error here shows as a refused connection in the test.
        let _: Result<(), String> = serve(listener, shop, std::future::pending()).await;
    });
    Ok(Running { address, task })
}

/// Serves `shop` until `end`.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    listener: TcpListener,
    shop: Shop,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    axum::serve(listener, router(shop))
        .with_graceful_shutdown(end)
        .await
        .map_err(|error| format!("the shop ended: {error}"))
}
