//! The whole story in real browsers over the real server: a customer in the widget on a page of the shop, people at the
//! desk, and the same conversation going on by mail and by text message.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use axum::extract::{Path as InPath, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, serve};
use journeys::customer::{ANA, text_message};
use journeys::wire::Speaker;
use journeys::{Carrier, MAIL, PostOffice, Server, Settings};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use throughline_storage::Engine;
use tokio::net::TcpListener;
use tokio::process::Command;

/// The chat that pages of the shop show.
const WIDGET: &str = "shop-widget";

/// What is outside of the server: a page of the shop, and what the customer does with mail and phone.
struct Outside {
    server: Server,
    carrier: Carrier,
    post_office: Mutex<PostOffice>,
    mail: Mutex<String>,
}

#[test]
fn a_customer_in_the_widget_and_people_at_the_desk_go_through_it_together() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let told = runtime.block_on(async {
        let page = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", page.local_addr().unwrap());
        let carrier = Carrier::open().await;
        let post_office = PostOffice::open();
        let settings = Settings {
            carrier: Some(carrier.api_base()),
            smtp_out: Some(post_office.url()),
            more: format!(
                "[[endpoint]]\nname = \"{WIDGET}\"\nchannel = \"webchat\"\naddress = \"{origin}\"\nbrand = \"shop\"\n\
                 [endpoint.webchat]\nallowed_origins = [\"{origin}\"]\noffline_email_endpoint = \"{MAIL}\"\n"
            ),
            ..Settings::on(Engine::Sqlite)
        };
        let server = Server::start(&settings).await;
        let address = server.url("");
        let invites = members(&server).await;
        let outside = Arc::new(Outside {
            server,
            carrier,
            post_office: Mutex::new(post_office),
            mail: Mutex::new(String::new()),
        });
        let router = Router::new()
            .route("/", get(show))
            .route("/story/mail", get(next_mail).post(answer_mail))
            .route("/story/text/{number}", get(read_text))
            .route("/story/text", post(write_text))
            .with_state(Arc::clone(&outside));
        tokio::spawn(async move { serve(page, router).await });

        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let status = Command::new("node")
            .arg(folder.join("browser/together.mjs"))
            .env("STORY_URL", address)
            .env("STORY_HOST", origin)
            .env("STORY_INVITES", invites.to_string())
            .env("STORY_MODULES", folder.join("../counterparts/package.json"))
            .env("STORY_PASSWORD", "a long enough password")
            .stdin(Stdio::null())
            .status()
            .await
            .expect("node is installed: cargo xtask test checks that");
        status.success()
    });
    // A story that failed may leave somebody waiting for a mail that never comes.
    runtime.shutdown_background();
    assert!(told, "the story ended otherwise; see above");
}

/// Ana and Ben answer customers, Sue looks after them. Each gets in by the link of an invite.
async fn members(server: &Server) -> Value {
    let mut admin = Speaker::with_token(server.address, &server.token(&["admin"]));
    let mut links = serde_json::Map::new();
    for (name, role) in [("ana", "agent"), ("ben", "agent"), ("sue", "supervisor")] {
        let member = json!({ "email": format!("{name}@shop.example"), "name": name, "role": role });
        let added = admin.post("/api/v1/members", &member).await.unwrap();
        assert!(added.is_good(), "{}", added.json());
        links.insert(name.to_owned(), added.json()["invite"]["link"].clone());
    }
    Value::Object(links)
}

/// A page under a policy that lets nothing run but the widget.
async fn show(State(outside): State<Arc<Outside>>) -> Response {
    let (tag, policy) = outside.server.widget(WIDGET);
    let policy = format!("default-src 'none'; img-src data:; base-uri 'none'; {policy}");
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>Lamps</title>\n<link rel=\"icon\" href=\"data:,\">\n{tag}\n\
         <main><h1>Lamps</h1></main>\n</html>\n"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}

/// The next mail that reaches the customer.
async fn next_mail(State(outside): State<Arc<Outside>>) -> String {
    let waits = tokio::task::spawn_blocking(move || {
        let mail = outside.post_office.lock().unwrap().next_mail();
        outside.mail.lock().unwrap().clone_from(&mail);
        mail
    });
    waits.await.unwrap()
}

/// The customer answers the mail they read last.
async fn answer_mail(State(outside): State<Arc<Outside>>, Json(answer): Json<Value>) -> StatusCode {
    let sends = tokio::task::spawn_blocking(move || {
        let mail = outside.mail.lock().unwrap().clone();
        ANA.answers_mail(&outside.server, &mail, answer["text"].as_str().unwrap());
    });
    sends.await.unwrap();
    StatusCode::NO_CONTENT
}

/// A text message that reached the customer's phone.
async fn read_text(
    State(outside): State<Arc<Outside>>,
    InPath(number): InPath<usize>,
) -> Json<Value> {
    let taken = text_message(&outside.carrier, number).await;
    Json(json!({ "to": taken.to, "text": taken.text }))
}

/// The customer writes a text message.
async fn write_text(State(outside): State<Arc<Outside>>, Json(text): Json<Value>) -> StatusCode {
    let (sid, text) = (
        text["sid"].as_str().unwrap(),
        text["text"].as_str().unwrap(),
    );
    ANA.texts(&outside.server, sid, text).await;
    StatusCode::NO_CONTENT
}
