//! An HTTP server of somebody else's, on this machine: it remembers what it is asked and answers as scripted.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// One request, as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// How to answer one request.
pub enum Answer {
    Now(Response<Body>),
    Never,
}

#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<VecDeque<Answer>>>,
    arrived: Arc<Semaphore>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    pub async fn start_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            script: Arc::default(),
            arrived: Arc::new(Semaphore::new(0)),
        };
        let router = Router::new().fallback(answer).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request that is not scripted yet gets this answer; without a script it is 200.
    pub fn will(&self, answer: Answer) {
        self.script.lock().unwrap().push_back(answer);
    }

    /// The next requests get these statuses.
    pub fn will_say(&self, statuses: &[u16]) {
        for status in statuses {
            self.will(reply(*status, &[], ""));
        }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// Waits for one more request.
    pub async fn arrival(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }
}

pub fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Answer::Now(response.body(body.into()).unwrap())
}

async fn answer(
    State(receiver): State<Receiver>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path().to_owned();
    receiver.seen.lock().unwrap().push(Seen {
        method,
        path,
        headers,
        body,
    });
    receiver.arrived.add_permits(1);
    let next = receiver.script.lock().unwrap().pop_front();
    match next {
        Some(Answer::Now(response)) => response,
        Some(Answer::Never) => std::future::pending().await,
        None => Response::new(Body::empty()),
    }
}
