//! The demo shop's policy is proven; policies that break a law are refuted with an example.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../../policy/tests/harness/demo.rs"]
mod demo;

use throughline_policy::{DeliveryPolicy, Policy, SourceFile, built_in};
use throughline_policy_proof::{DELIVERY_LAWS, LAWS, Prover, Shift, Verdict};

/// A solver; where there is none, the test says that it proves nothing.
async fn prover() -> Option<Prover> {
    let prover = Prover::start().await.unwrap();
    if prover.is_none() {
        eprintln!("cvc5 is not installed: proofs were skipped");
    }
    prover
}

fn edited(from: &str, to: &str) -> Policy {
    let mut sources = demo::sources();
    let mut edits = 0;
    for file in &mut sources.rules {
        edits += file.text.matches(from).count();
        file.text = file.text.replace(from, to);
    }
    assert_eq!(edits, 1, "{from}");
    Policy::compile(&sources).unwrap()
}

fn refuted(verdicts: &[Verdict]) -> Vec<usize> {
    let wrong = verdicts.iter().enumerate().filter(|(_, one)| !one.holds());
    wrong.map(|(index, _)| index).collect()
}

#[tokio::test]
async fn the_demo_shop_keeps_every_law() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let verdicts = prover.laws(&demo::policy()).await.unwrap();
    assert_eq!(verdicts.len(), LAWS.len() + 2);
    for verdict in &verdicts {
        assert!(verdict.holds(), "{verdict:#?}");
    }
}

#[tokio::test]
async fn a_policy_that_forgets_the_yes_is_refuted() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let leaky = edited(
        "unless { context.confirmed };",
        "unless { context.confirmed || principal.assurance >= 2 };",
    );
    let verdicts = prover.laws(&leaky).await.unwrap();
    assert_eq!(refuted(&verdicts), [1]);
    let example = &verdicts[1].refuted[0].counterexample;
    // People can read it: the action, who asks with which assurance, and that nobody said yes.
    let lines: Vec<&str> = example.lines().map(str::trim).collect();
    assert!(lines.contains(&"confirmed: no"), "{example}");
    let who = lines[1];
    assert!(
        who.starts_with("who asks: Session") && who.contains("assurance: "),
        "{example}"
    );
    assert_eq!(lines[0], verdicts[1].refuted[0].action);
}

#[tokio::test]
async fn a_policy_that_trusts_less_proof_more_is_refuted() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let odd = edited(
        "principal.assurance >= 1 && principal has subject",
        "principal.assurance >= 1 && principal.assurance < 3 && principal has subject",
    );
    assert_eq!(refuted(&prover.laws(&odd).await.unwrap()), [3]);
}

#[tokio::test]
async fn a_policy_that_is_lenient_on_one_channel_is_refuted() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let mut sources = demo::sources();
    let rule = r#"@id("leak") @say("-") @remedy("refuse") @doc("policy.md#confirm")
        forbid (principal, action == Support::Action::"returnItems", resource)
        when { context.channel == "voice" && resource has details && resource.details.total_cents > 10000 };"#;
    sources.rules.push(SourceFile::new("leak.cedar", rule));
    assert!(Policy::compile(&sources).is_err());
    let verdict = prover.channel_swap(&sources).await.unwrap();
    assert_eq!(verdict.refuted.len(), 1);
    assert_eq!(verdict.refuted[0].action, "returnItems");
    assert!(
        verdict.refuted[0].counterexample.contains("voice"),
        "{verdict:#?}"
    );
}

#[tokio::test]
async fn an_edit_shows_what_it_loosens_and_tightens() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let old = demo::policy();
    let tighter = edited(
        "context.facts.value_cents > 5000 &&",
        "context.facts.value_cents > 1000 &&",
    );
    let shifted = |all: Vec<throughline_policy_proof::Comparison>| {
        let changed = all.into_iter().filter(|one| one.shift != Shift::Same);
        changed
            .map(|one| (one.action, one.shift))
            .collect::<Vec<_>>()
    };
    let found = prover.compare(&old, &tighter).await.unwrap();
    assert_eq!(
        shifted(found),
        [("reportDamage".to_owned(), Shift::Tightened)]
    );
    let found = prover.compare(&tighter, &old).await.unwrap();
    assert_eq!(
        shifted(found),
        [("reportDamage".to_owned(), Shift::Loosened)]
    );
}

#[tokio::test]
async fn a_policy_that_lets_strangers_in_is_refuted() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let leaky = edited(
        "unless { principal.assurance >= 1 && principal has subject };",
        "unless { principal has subject };",
    );
    let verdicts = prover.laws(&leaky).await.unwrap();
    assert!(refuted(&verdicts).contains(&0), "{verdicts:#?}");
    let example = &verdicts[0].refuted[0].counterexample;
    assert!(example.contains("who asks: Session"), "{example}");
}

#[tokio::test]
async fn what_holds_for_messages_is_proven_and_a_leak_is_refuted() {
    let Some(mut prover) = prover().await else {
        return;
    };
    let policy = built_in::delivery().unwrap();
    let verdicts = prover.delivery_laws(&policy).await.unwrap();
    assert_eq!(verdicts.len(), DELIVERY_LAWS.len());
    assert!(verdicts.iter().all(Verdict::holds), "{verdicts:#?}");

    let mut sources = built_in::delivery_sources();
    let rules = &mut sources.rules[0].text;
    *rules = rules.replace(
        "context.purpose != \"farewell\"",
        "context.purpose == \"marketing\"",
    );
    let leaky = DeliveryPolicy::compile(&sources).unwrap();
    let verdicts = prover.delivery_laws(&leaky).await.unwrap();
    assert_eq!(refuted(&verdicts), [0]);
    let example = &verdicts[0].refuted[0].counterexample;
    assert!(example.contains("opted_out: yes"), "{example}");
    let found = prover.compare_delivery(&policy, &leaky).await.unwrap();
    assert_eq!(found[0].shift, Shift::Loosened);
}
