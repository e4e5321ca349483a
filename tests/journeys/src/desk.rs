//! A desk for a story in a browser: who works there, and the story told at it.

use axum::{Router, serve};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use throughline_engine::access::Gate;
use throughline_engine::access::invite::{self, Acceptance};
use throughline_engine::access::member::{self, NewMember};
use throughline_model::conversation::Role;
use throughline_testkit::Shop;
use tokio::net::TcpListener;

/// What everybody at the desk logs in with.
const PASSWORD: &str = "a horse on the roof";

/// Somebody at the desk: the name in their address, their name, and what they may do.
pub type Colleague = (&'static str, &'static str, Role);

/// Lets everybody of `team` in.
pub async fn hire(shop: &Shop, team: &[Colleague]) {
    for (address, name, role) in team {
        let clock = shop.setup.clock.clone();
        let new = NewMember {
            email: format!("{address}@shop.example"),
            name: (*name).to_owned(),
            role: *role,
        };
        let for_tx = clock.clone();
        let invited = shop.database.db.write(move |tx| {
            let added = member::add(tx, &for_tx, &new, "system")?;
            invite::create(tx, &for_tx, added.id, "system")
        });
        let acceptance = Acceptance {
            token: invited.await.unwrap().secret,
            password: PASSWORD.to_owned(),
            email: None,
            name: None,
        };
        let gate = Gate::new(60, 3_600_000);
        let db = &shop.database.db;
        gate.accept(db, &clock, acceptance, "here").await.unwrap();
    }
}

/// Tells the story in `browser/<file>` at the desk that `open` opens at an address. What comes with it is kept until
/// the story is over.
pub fn tell<Kept>(file: &str, open: impl AsyncFnOnce(SocketAddr) -> (Router, Kept)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (address, _kept) = runtime.block_on(async {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let (router, kept) = open(address).await;
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { serve(socket, service).await });
        (address, kept)
    });
    let status = Command::new("node")
        .arg(folder.join("browser").join(file))
        .env("STORY_URL", format!("http://{address}"))
        .env("STORY_MODULES", folder.join("../counterparts/package.json"))
        .env("STORY_PASSWORD", PASSWORD)
        .status()
        .expect("node is installed: cargo xtask test checks that");
    assert!(status.success(), "the story ended otherwise; see above");
}
