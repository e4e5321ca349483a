//! The key is where it must be and nowhere else.

use crate::{NOW, WIRES, config, question, rich};
use throughline_config::Secret;
use throughline_llm::stub::{Act, Stub};
use throughline_llm::{LanguageModel, LlmError, Wire};
use throughline_model::clock::Clock;

const KEY: &str = "sk-live-0123456789abcdef";

fn with_key(wire: Wire) -> LanguageModel {
    let mut config = config(wire);
    config.key = Some(Secret::from_value(KEY));
    config.retries = 0;
    config
}

#[tokio::test]
async fn the_key_opens_the_door_on_both_wires() {
    for wire in WIRES {
        let stub = Stub::new(wire).with_key(KEY).then(Act::say("Come in."));
        let client = stub.client(with_key(wire), Clock::fixed(NOW)).unwrap();
        assert_eq!(
            client.ask(&question("Knock"), &rich()).await.unwrap().text,
            "Come in."
        );
        let asked = &stub.asked()[0];
        assert!(!asked.body.to_string().contains(KEY) && !asked.path.contains(KEY));
    }
}

#[tokio::test(start_paused = true)]
async fn no_error_repeats_the_key_even_when_the_provider_does() {
    for wire in WIRES {
        let tells = format!("The key {KEY} may not use this model");
        for act in [
            Act::refuse(400, &tells),
            Act::refuse(401, &tells),
            Act::refuse(403, &tells),
            Act::refuse(429, &tells),
            Act::refuse(500, &tells),
            Act::Hang,
        ] {
            let stub = Stub::new(wire).then(act);
            let client = stub.client(with_key(wire), Clock::fixed(NOW)).unwrap();
            let error = client.ask(&question("Knock"), &rich()).await.unwrap_err();
            let said = format!("{error} {error:?} {:?}", client.config());
            assert!(!said.contains("0123456789"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_wrong_key_is_said_to_be_wrong_and_not_tried_again() {
    for wire in WIRES {
        let stub = Stub::new(wire)
            .with_key("another")
            .then(Act::say("Come in."));
        let client = stub.client(with_key(wire), Clock::fixed(NOW)).unwrap();
        let error = client.ask(&question("Knock"), &rich()).await.unwrap_err();
        assert_eq!(error, LlmError::KeyRefused { status: 401 });
        assert!(error.to_string().contains("check language_model.key"));
        assert_eq!(stub.asked().len(), 1);
    }
}

#[test]
fn a_key_that_cannot_be_sent_and_an_address_that_may_not_are_refused_at_once() {
    let stub = Stub::new(Wire::Openai);
    let mut config = with_key(Wire::Openai);
    config.key = Some(Secret::from_value("sk-live\r\nX-Evil: 1"));
    let refused = stub.client(config, Clock::fixed(NOW)).err().unwrap();
    assert!(!format!("{refused} {refused:?}").contains("sk-live"));

    let mut config = with_key(Wire::Openai);
    config.base_url = Some("http://llm.example.com/v1".parse().unwrap());
    assert!(stub.client(config.clone(), Clock::fixed(NOW)).is_err());
    config.allow_plain_http = true;
    assert!(stub.client(config, Clock::fixed(NOW)).is_ok());
}
