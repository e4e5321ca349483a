//! The same over real connections.

use crate::{NOW, WIRES, config, question, rich};
use throughline_llm::stub::{Act, Server, Stub};
use throughline_llm::{Client, LlmError, Wire};
use throughline_model::clock::Clock;

async fn connected(stub: &Stub, wire: Wire) -> (Server, Client) {
    let server = stub.serve().await.unwrap();
    let mut config = config(wire);
    config.base_url = Some(server.base_url().parse().unwrap());
    let client = Client::new(config, Clock::fixed(NOW)).unwrap();
    (server, client)
}

#[tokio::test]
async fn an_answer_comes_over_the_network() {
    for wire in WIRES {
        let stub = Stub::new(wire).then(Act::say("Grüß Gott 🎉")).cut_every(3);
        let (_server, client) = connected(&stub, wire).await;
        assert_eq!(
            client.ask(&question("Hallo"), &rich()).await.unwrap().text,
            "Grüß Gott 🎉"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_is_noticed() {
    for wire in WIRES {
        let stub = Stub::new(wire).then(Act::break_after("One two three four five", 5));
        let (_server, client) = connected(&stub, wire).await;
        assert_eq!(
            client.ask(&question("Count"), &rich()).await,
            Err(LlmError::BrokeOff)
        );
        assert_eq!(stub.asked().len(), 1);
    }
}

#[tokio::test]
async fn whoever_drops_an_answer_hangs_up() {
    for wire in WIRES {
        let stub = Stub::new(wire).then(Act::hang_after("Once upon a time", 5));
        let (_server, client) = connected(&stub, wire).await;
        let answer = client.start(&question("A story!"), &rich()).await.unwrap();
        drop(answer);
        stub.askers_left(1).await;
    }
}

#[tokio::test]
async fn nobody_at_home_is_said_as_such() {
    let stub = Stub::new(Wire::Openai);
    let (server, client) = connected(&stub, Wire::Openai).await;
    let mut config = client.config().clone();
    config.retries = 0;
    drop(server);
    // The port is free again once the listener's task is gone.
    tokio::task::yield_now().await;
    let client = Client::new(config, Clock::fixed(NOW)).unwrap();
    assert_eq!(
        client.ask(&question("Hello?"), &rich()).await,
        Err(LlmError::Unreachable)
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for wire in WIRES {
        let elsewhere = Stub::new(wire).then(Act::say("Give me your key."));
        let other = elsewhere.serve().await.unwrap();
        let headers = vec![("location".to_owned(), other.base_url())];
        let stub = Stub::new(wire).then(Act::Refuse {
            status: 307,
            message: String::new(),
            headers,
        });
        let (_server, client) = connected(&stub, wire).await;
        let error = client.ask(&question("Hello"), &rich()).await.unwrap_err();
        assert!(
            matches!(error, LlmError::Refused { status: 307, .. }),
            "{error:?}"
        );
        assert!(elsewhere.asked().is_empty());
    }
}
