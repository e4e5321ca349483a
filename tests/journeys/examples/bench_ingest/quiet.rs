//! What silence costs: a server nobody speaks to, and ten thousand chats in which nobody writes.

use crate::crowd::tokens;
use crate::figure::{Bar, Figures};
use journeys::wire::{Connection, request};
use journeys::{Server, Settings};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use throughline_storage::Engine;

/// Chats that are open at once.
const CHATS: usize = 10_000;
/// Chats that come from one address: each has ports of its own.
const PER_ADDRESS: usize = 5_000;
/// Long enough for every stream to have sent its heartbeat.
const A_WHILE: Duration = Duration::from_secs(25);

/// Measures it.
pub async fn measure(engine: Engine, figures: &mut Figures) {
    let mut server = Server::start(&Settings::on(engine)).await;
    server.terminate();
    server.restart().await;
    let start_ms = server.started_in.as_secs_f64() * 1000.0;
    figures.add(
        engine,
        "start until ready, with a database",
        "ms",
        &[start_ms],
        Some(Bar::AtMost(1000.0)),
    );
    tokio::time::sleep(Duration::from_secs(3)).await;
    figures.add(
        engine,
        "memory after the start",
        "MB",
        &[megabytes(&server)],
        Some(Bar::AtMost(60.0)),
    );
    let mut streams = Vec::with_capacity(CHATS);
    for (number, token) in tokens(&server, CHATS).await.into_iter().enumerate() {
        streams.push(listen(&server, number, &token).await);
    }
    tokio::time::sleep(A_WHILE).await;
    let name = "memory with 10,000 silent chats";
    figures.add(
        engine,
        name,
        "MB",
        &[megabytes(&server)],
        Some(Bar::AtMost(600.0)),
    );
    drop(streams);
}

async fn listen(server: &Server, number: usize, token: &str) -> Connection {
    let last = u8::try_from(1 + number / PER_ADDRESS).unwrap();
    let source = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
    let mut connection = Connection::open_from(source, server.address).await.unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("accept", "text/event-stream"),
    ];
    let status = connection
        .listen(&request("GET", "/chat/v1/events", &headers, ""))
        .await;
    assert_eq!(status.unwrap(), 200, "stream {number}");
    connection
}

fn megabytes(server: &Server) -> f64 {
    server.memory() as f64 / 1_000_000.0
}
