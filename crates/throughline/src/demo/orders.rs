//! The shop's order system: a program of its own, which the AI agent's tools call over HTTP.

use super::keepsake::{Keepsakes, random_key};
use crate::installation::Installation;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;

/// The program's name; it lies beside this one.
const PROGRAM: &str = "throughline-shop";
/// Where its key is kept.
const KEY: &str = "shop-key";
/// Where its books are kept.
const BOOKS: &str = "shop.json";
/// How often it is looked whether it listens, and how long in between.
const LOOKS: u32 = 100;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The running program; it ends when this is dropped, and when this process does.
pub struct Orders(Child);

impl Drop for Orders {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it on a free port and tells the agent's tools where it is.
pub async fn open(
    installation: &mut Installation,
    keepsakes: &Keepsakes,
) -> Result<Orders, String> {
    let key = keepsakes.keep(KEY, random_key)?;
    let address = free_port()?;
    let program = std::env::current_exe()
        .map_err(|error| format!("where this program is cannot be told: {error}"))?
        .with_file_name(PROGRAM);
    let child = Command::new(&program)
        .args([
            "--listen",
            &address.to_string(),
            "--end-with-stdin",
            "--drills",
        ])
        .arg("--key-file")
        .arg(keepsakes.path(KEY))
        .arg("--data")
        .arg(keepsakes.path(BOOKS))
        // The pipe stays open as long as this process lives.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!(
                "the demo needs {}: {error}; build it with `cargo build --package {PROGRAM}`",
                program.display()
            )
        })?;
    let orders = Orders(child);
    listens(address).await?;
    installation.environment = installation.environment.clone().with([
        (
            "THROUGHLINE_SHOP_URL".to_owned(),
            format!("http://{address}"),
        ),
        ("THROUGHLINE_SHOP_KEY".to_owned(), key),
    ]);
    Ok(orders)
}

fn free_port() -> Result<SocketAddr, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("there is no free port for the shop's orders: {error}"))
}

async fn listens(address: SocketAddr) -> Result<(), String> {
    for _ in 0..LOOKS {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Err(format!("the shop's orders do not listen on {address}"))
}
