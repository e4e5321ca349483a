//! What a conversation may spend.

use crate::{NOW, WIRES, client, config, question, rich};
use futures::future::join_all;
use proptest::prelude::*;
use std::time::Duration;
use throughline_llm::stub::{Act, Piece, Stub};
use throughline_llm::{Budget, Client, Limits, LlmError, Price, Spent, Usage, Wire};
use throughline_model::clock::Clock;

fn tokens(tokens: u64) -> Budget {
    Budget::new(
        Limits {
            tokens,
            cost_micros: None,
        },
        Spent::default(),
    )
}

/// A model at 1 micro per token read and 4 per token written.
fn priced(stub: &Stub, wire: Wire) -> Client {
    let mut config = config(wire);
    config.input_micros_per_million = 1_000_000;
    config.output_micros_per_million = 4_000_000;
    stub.client(config, Clock::fixed(NOW)).unwrap()
}

#[tokio::test]
async fn a_conversation_that_has_used_up_its_tokens_asks_nobody() {
    for wire in WIRES {
        let stub = Stub::new(wire).otherwise(|_| Act::say(&"word ".repeat(300)));
        let (client, budget) = (client(&stub, wire), tokens(3_000));
        let mut answered = 0;
        let refusal = loop {
            match client.ask(&question("Go on"), &budget).await {
                Ok(_) => answered += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(refusal, LlmError::BudgetUsedUp);
        assert!((2..=8).contains(&answered), "{answered} answers");
        assert_eq!(
            stub.asked().len(),
            answered,
            "the refused call was not made"
        );
        assert!(budget.spent().tokens <= 3_000, "{:?}", budget.spent());
    }
}

#[tokio::test]
async fn money_is_counted_as_the_provider_tells_it() {
    for wire in WIRES {
        let stub = Stub::new(wire).otherwise(|_| Act::say("Certainly, with pleasure."));
        let budget = Budget::new(
            Limits {
                tokens: 1_000_000,
                cost_micros: Some(5_000),
            },
            Spent::default(),
        );
        let client = priced(&stub, wire);
        let reply = client.ask(&question("Please"), &budget).await.unwrap();
        let expected = reply.usage.input_tokens + 4 * reply.usage.output_tokens;
        assert_eq!(budget.spent().cost_micros, expected);
        while client.ask(&question("Please"), &budget).await.is_ok() {}
        assert!(budget.spent().cost_micros <= 5_000);
        assert!(
            budget.spent().cost_micros > 5_000 - 2_500,
            "it stops only where a call might not fit"
        );
    }
}

#[tokio::test]
async fn a_budget_goes_on_where_it_was_when_the_conversation_was_stored() {
    let spent = Spent {
        tokens: 999_990,
        cost_micros: 0,
    };
    let stored = serde_json::to_string(&spent).unwrap();
    let limits = Limits {
        tokens: 1_000_000,
        cost_micros: None,
    };
    let budget = Budget::new(limits, serde_json::from_str(&stored).unwrap());
    let stub = Stub::new(Wire::Openai).then(Act::say("Hi"));
    let answer = client(&stub, Wire::Openai)
        .ask(&question("Hello"), &budget)
        .await;
    assert_eq!(answer, Err(LlmError::BudgetUsedUp));
}

#[tokio::test(start_paused = true)]
async fn calls_at_the_same_time_do_not_together_spend_what_one_may() {
    let yes =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\n";
    let slow = move |_: &_| Act::Raw(vec![Piece::Wait(Duration::from_secs(1)), Piece::text(yes)]);
    let stub = Stub::new(Wire::Openai).otherwise(slow);
    let (client, budget) = (client(&stub, Wire::Openai), tokens(1_200));
    let asked = question("Hello");
    let answers = join_all((0..10).map(|_| client.ask(&asked, &budget))).await;
    assert!(answers.iter().any(Result::is_ok) && answers.iter().any(Result::is_err));
    assert!(budget.spent().tokens <= 1_200);
    // What was set aside and not needed is there again.
    client.ask(&asked, &budget).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn refusals_cost_nothing_and_what_may_have_been_worked_on_does() {
    for (act, is_free) in [
        (Act::busy(3_600), true),
        (Act::refuse(400, "no"), true),
        (Act::refuse(401, "no"), true),
        (Act::break_after("I would say that", 5), false),
        (Act::Hang, false),
    ] {
        let stub = Stub::new(Wire::Openai).then(act.clone());
        let mut config = config(Wire::Openai);
        config.retries = 0;
        let client = stub.client(config, Clock::fixed(NOW)).unwrap();
        let budget = tokens(100_000);
        client.ask(&question("Hello"), &budget).await.unwrap_err();
        assert_eq!(budget.spent().tokens == 0, is_free, "{act:?}");
    }
}

#[tokio::test]
async fn an_answer_nobody_waits_for_is_charged_as_far_as_it_came() {
    let stub = Stub::new(Wire::Anthropic).then(Act::say(&"word ".repeat(100)));
    let budget = rich();
    let mut answer = client(&stub, Wire::Anthropic)
        .start(&question("Hello"), &budget)
        .await
        .unwrap();
    answer.next().await.unwrap();
    assert_eq!(budget.spent().tokens, 0);
    drop(answer);
    assert!(budget.spent().tokens > 0);
}

proptest! {
    #[test]
    fn costs_are_never_rounded_in_the_customers_favour(
        input in 0..u64::MAX, output in 0..u64::MAX, read in 0..u64::MAX, written in 0..u64::MAX
    ) {
        let price = Price { input_micros_per_million: read, output_micros_per_million: written };
        let cost = price.cost(Usage { input_tokens: input, output_tokens: output, estimated: false });
        let exact = u128::from(input) * u128::from(read) / 1_000_000;
        prop_assert!(cost.cost_micros == u64::MAX || u128::from(cost.cost_micros) >= exact);
        prop_assert_eq!(cost.tokens, input.saturating_add(output));
    }
}
