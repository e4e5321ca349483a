//! What operators read: the document beside its rules, the policies that hold before any was published, and the
//! exchange of the policy in force.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "harness/demo.rs"]
mod demo;

use throughline_policy::delivery::DeliveryPolicy;
use throughline_policy::facts::Session;
use throughline_policy::{Current, Request, Sources, built_in};

#[test]
fn every_statement_stands_beside_the_rules_that_enforce_it() {
    let policy = demo::policy();
    let guide = policy.guide();
    let titles: Vec<&str> = guide
        .iter()
        .map(|section| section.heading.as_str())
        .collect();
    assert_eq!(titles[0], "Lumen Home: what customer service does");
    let returns = guide
        .iter()
        .find(|one| one.heading == "Returns and exchanges");
    let returns = returns.unwrap();
    assert_eq!(returns.anchor.as_deref(), Some("returns"));
    let window = &returns.statements[1];
    assert_eq!(
        window.text,
        "A return is possible within 30 days of delivery. Later, a supervisor may allow it."
    );
    let rule = &window.rules[0];
    assert_eq!(
        (rule.id.as_str(), rule.remedy.as_str()),
        ("return.window", "approval:supervisor")
    );
    assert_eq!(rule.file, "orders.cedar");
    assert!(rule.line > 1 && rule.text.contains("durationSince"));
    let for_people = &returns.statements[3];
    assert!(for_people.anchor.is_none() && for_people.rules.is_empty());

    let shown = guide.iter().flat_map(|section| &section.statements);
    let rules: usize = shown.map(|statement| statement.rules.len()).sum();
    assert_eq!(
        rules,
        policy.rules().len(),
        "each rule stands at one statement"
    );
    for section in &guide {
        for statement in &section.statements {
            assert_eq!(
                statement.anchor.is_some(),
                !statement.rules.is_empty(),
                "{statement:?}"
            );
        }
    }
}

#[test]
fn before_anything_is_published_a_person_can_be_had_and_nothing_else() {
    let policy = built_in::business().unwrap();
    let ask = |action: &str| Request {
        session: Session {
            subject: Some("mei".to_owned()),
            assurance: throughline_model::assurance::Assurance::STRONG,
        },
        action: action.to_owned(),
        arguments: serde_json::Map::new(),
        records: Default::default(),
        confirmed: Vec::new(),
        approvals: Vec::new(),
        now: 0,
    };
    assert!(policy.decide(&ask("handoff")).allowed);
    for action in ["viewProfile", "changeProfile", "returnItems"] {
        assert!(!policy.decide(&ask(action)).allowed, "{action}");
    }
}

#[test]
fn the_demo_shop_delivers_by_the_rules_that_hold_anyway() {
    let files = demo::files(&demo::folder().join("delivery"));
    let demo = DeliveryPolicy::compile(&Sources::from_files(files).unwrap()).unwrap();
    let built_in = built_in::delivery().unwrap();
    assert_eq!(demo.sources().rules, built_in.sources().rules);
    assert_eq!(demo.sources().schema, built_in.sources().schema);
    assert_eq!(built_in.guide()[1].statements[0].rules.len(), 1);
}

#[test]
fn whoever_holds_the_policy_in_force_sees_it_change() {
    let current = Current::new(built_in::business().unwrap());
    let held = current.clone();
    let before = held.get();
    current.set(demo::policy());
    assert_ne!(held.get().version(), before.version());
    assert_eq!(held.get().version(), demo::policy().version());
}
