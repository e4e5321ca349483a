//! Stories of the language-model client, told over both wires.
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod budget;
mod conversation;
mod network;
mod sdk;
mod secrecy;
mod time;
mod trouble;

use throughline_llm::stub::Stub;
use throughline_llm::{Budget, Client, LanguageModel, Limits, Message, Request, Spent, Wire};
use throughline_model::clock::Clock;

const WIRES: [Wire; 2] = [Wire::Openai, Wire::Anthropic];
/// 2026-01-05T10:00:00Z
const NOW: i64 = 1_767_607_200_000;

fn config(wire: Wire) -> LanguageModel {
    let mut config = LanguageModel::new(wire, "a-model");
    config.base_url = Some("https://llm.example.com/v1".parse().unwrap());
    config
}

fn client(stub: &Stub, wire: Wire) -> Client {
    stub.client(config(wire), Clock::fixed(NOW)).unwrap()
}

fn question(words: &str) -> Request {
    Request {
        system: "Be brief.".to_owned(),
        messages: vec![Message::User(words.to_owned())],
        max_tokens: 500,
        ..Request::default()
    }
}

fn rich() -> Budget {
    let limits = Limits {
        tokens: 100_000_000,
        cost_micros: None,
    };
    Budget::new(limits, Spent::default())
}
