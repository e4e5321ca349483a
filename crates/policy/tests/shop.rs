//! The demo shop's policy at work, and what cannot become a policy.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "harness/demo.rs"]
mod demo;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_policy::delivery::{DeliveryRemedy, DeliveryRequest, Purpose};
use throughline_policy::facts::Session;
use throughline_policy::impact::{Direction, Recorded, impact, replay};
use throughline_policy::records::{Order, Records, User};
use throughline_policy::{Approval, DeliveryPolicy, Policy, Remedy, Request, SourceFile, Sources};

/// 2024-05-15 15:00 in New York.
const NOW: i64 = 1_715_799_600_000;

fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(demo::policy)
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Mei has one delivered order, of a lamp for $60, paid by card.
fn records(delivered_at: &str) -> Records {
    let order: Order = serde_json::from_value(json!({
        "order_id": "#W1", "user_id": "mei", "status": "delivered", "delivered_at": delivered_at,
        "items": [{"item_id": "lamp", "product_id": "lamps", "price": 60.0}],
        "payment_history": [{"transaction_type": "payment", "amount": 60.0, "payment_method_id": "card"}],
    }))
    .unwrap();
    let user: User = serde_json::from_value(json!({
        "user_id": "mei",
        "payment_methods": {"card": {"source": "credit_card"}, "other": {"source": "credit_card"}},
    }))
    .unwrap();
    Records {
        orders: vec![order],
        users: vec![user],
        ..Records::default()
    }
}

fn request(action: &str, arguments: Value) -> Request {
    Request {
        session: Session {
            subject: Some("mei".to_owned()),
            assurance: Assurance::PROVEN,
        },
        action: action.to_owned(),
        arguments: map(arguments),
        records: records("2024-05-10T12:00:00Z"),
        confirmed: Vec::new(),
        approvals: Vec::new(),
        now: NOW,
    }
}

fn the_return() -> Request {
    let arguments = json!({"order_id": "#W1", "item_ids": ["lamp"], "payment_method_id": "card"});
    request("returnItems", arguments)
}

fn confirmed(mut request: Request) -> Request {
    request.confirmed = vec![request.confirmation()];
    request
}

fn rules(request: &Request) -> Vec<String> {
    let decision = policy().decide(request);
    assert_eq!(decision.errors, Vec::<String>::new());
    decision.rule_ids().map(str::to_owned).collect()
}

#[test]
fn a_customer_who_says_yes_to_the_details_gets_a_return() {
    assert_eq!(rules(&the_return()), ["confirm.explicit"]);
    assert!(policy().decide(&confirmed(the_return())).allowed);
}

#[test]
fn a_yes_to_other_details_is_none() {
    let mut request = confirmed(the_return());
    let elsewhere = json!({"order_id": "#W1", "item_ids": ["lamp"], "payment_method_id": "other"});
    request.arguments = map(elsewhere);
    let found = rules(&request);
    assert_eq!(found, ["pay.refund_target", "confirm.explicit"]);
}

#[test]
fn everything_that_stands_in_the_way_comes_at_once_and_in_order() {
    let mut request = the_return();
    request.session = Session::default();
    request.arguments = map(json!({"order_id": "#W1", "item_ids": ["lamp"]}));
    let decision = policy().decide(&request);
    assert_eq!(decision.first().unwrap().remedy, Remedy::Identify);
    assert_eq!(decision.rules.last().unwrap().remedy, Remedy::Confirm);
    assert!(
        decision
            .rules
            .iter()
            .any(|reason| reason.remedy == Remedy::Ask("payment".to_owned()))
    );
}

#[test]
fn somebody_elses_order_cannot_be_told_from_one_that_does_not_exist() {
    let mut other = confirmed(the_return());
    other.records.orders[0].user_id = "raj".to_owned();
    let mut none = confirmed(the_return());
    none.records.orders.clear();
    assert_eq!(policy().decide(&other), policy().decide(&none));
    assert_eq!(rules(&other), ["auth.own_order"]);
}

#[test]
fn a_late_return_needs_a_supervisor_who_agrees_to_exactly_it() {
    let mut late = confirmed(the_return());
    late.records = records("2024-01-01T12:00:00Z");
    let decision = policy().decide(&late);
    assert_eq!(
        decision.first().unwrap().remedy,
        Remedy::Approval("supervisor".to_owned())
    );
    let approval = |of| Approval {
        role: "supervisor".to_owned(),
        of,
        by: "ana".to_owned(),
    };
    let another = request("returnItems", json!({"order_id": "#W2"}));
    late.approvals = vec![approval(another.confirmation())];
    assert!(!policy().decide(&late).allowed);
    late.approvals = vec![approval(late.confirmation())];
    assert!(policy().decide(&late).allowed);
}

#[test]
fn damage_above_fifty_dollars_needs_a_picture() {
    let mut report = confirmed(request(
        "reportDamage",
        json!({"order_id": "#W1", "item_ids": ["lamp"]}),
    ));
    assert_eq!(rules(&report), ["damage.picture"]);
    report.records.pictures = 1;
    assert!(policy().decide(&report).allowed);
}

#[test]
fn a_call_back_is_in_the_daytime_and_not_in_the_past() {
    let at = |time: &str| {
        let request = confirmed(request("scheduleCallback", json!({"at": time})));
        policy().decide(&request).allowed
    };
    assert!(at("2024-05-16T15:00:00Z"));
    assert!(!at("2024-05-16T03:00:00Z"));
    assert!(!at("2024-05-14T15:00:00Z"));
    assert!(!at("tomorrow"));
}

#[test]
fn what_the_policy_does_not_know_or_cannot_evaluate_is_a_no() {
    assert_eq!(
        rules(&request("sellTheShop", json!({}))),
        ["policy.not_permitted"]
    );
    let mut broken = confirmed(the_return());
    broken.records.orders[0].delivered_at = Some("some day".to_owned());
    let decision = policy().decide(&broken);
    assert!(!decision.allowed && !decision.errors.is_empty());
    assert_eq!(decision.rules[0].id, "policy.error");
}

#[test]
fn an_overflow_inside_a_rule_is_a_no_although_cedar_would_skip_the_rule() {
    let mut sources = demo::sources();
    let rule = r#"
        @id("odd") @say("-") @remedy("refuse") @doc("policy.md#confirm")
        forbid (principal, action == Support::Action::"viewOrder", resource)
        when { resource has details && resource.details.total_cents * 9223372036854775807 > 1 };"#;
    sources.rules.push(SourceFile::new("odd.cedar", rule));
    let policy = Policy::compile(&sources).unwrap();
    let decision = policy.decide(&request("viewOrder", json!({"order_id": "#W1"})));
    assert!(!decision.allowed && decision.errors.len() == 1);
}

fn compile_with(name: &str, text: &str) -> Vec<(String, usize)> {
    let mut sources = demo::sources();
    sources.rules.push(SourceFile::new(name, text));
    problems(&sources)
}

fn problems(sources: &Sources) -> Vec<(String, usize)> {
    let found = Policy::compile(sources).unwrap_err();
    found
        .into_iter()
        .map(|problem| (problem.file, problem.line))
        .collect()
}

#[test]
fn no_rule_can_name_the_channel() {
    for condition in [
        "context.channel == \"sms\"",
        "principal.channel == \"sms\"",
        "context has channel && context.channel == \"sms\"",
    ] {
        let text = format!(
            "@id(\"x\") @say(\"x\") @remedy(\"refuse\") @doc(\"policy.md#confirm\")\nforbid (principal, action, resource)\nwhen {{ {condition} }};"
        );
        let found = compile_with("channel.cedar", &text);
        assert!(found.iter().all(|(file, _)| file == "channel.cedar") && !found.is_empty());
    }
    let mut sources = demo::sources();
    let schema = &mut sources.schema.text;
    *schema = schema.replace(
        "\"reason\": String",
        "\"reason\": String, \"sentChannel\": String",
    );
    let line = 1 + schema
        .lines()
        .position(|line| line.contains("sentChannel"))
        .unwrap();
    assert_eq!(problems(&sources), [(sources.schema.name.clone(), line)]);
}

#[test]
fn an_incomplete_rule_is_refused_where_it_stands() {
    let bare = "\n\nforbid (principal, action, resource);";
    let found = compile_with("bare.cedar", bare);
    assert_eq!(found, vec![("bare.cedar".to_owned(), 3); 4]);
    let nowhere = r#"@id("x") @say("x") @remedy("pray") @doc("policy.md#nowhere")
        forbid (principal, action, resource);"#;
    assert_eq!(
        compile_with("odd.cedar", nowhere),
        vec![("odd.cedar".to_owned(), 1); 2]
    );
    assert_eq!(
        compile_with("broken.cedar", "\nforbid (")[0].0,
        "broken.cedar"
    );
}

#[test]
fn a_promise_without_a_rule_is_refused() {
    let mut sources = demo::sources();
    sources
        .document
        .text
        .push_str("\n- We answer in rhyme. {#rhyme}\n");
    let line = sources.document.text.lines().count();
    assert_eq!(problems(&sources), [("policy.md".to_owned(), line)]);
}

#[test]
fn an_action_outside_all_groups_is_refused() {
    let mut sources = demo::sources();
    let text = &mut sources.schema.text;
    *text = text.replace("action viewOrder in [read]", "action viewOrder");
    assert_eq!(problems(&sources)[0].0, sources.schema.name);
}

#[test]
fn an_edit_shows_what_it_would_have_changed() {
    let mut sources = demo::sources();
    for file in &mut sources.rules {
        file.text = file.text.replace("duration(\"30d\")", "duration(\"3d\")");
    }
    let shorter = Policy::compile(&sources).unwrap();
    assert_ne!(shorter.version(), policy().version());
    let requests = [confirmed(the_return()), the_return()];
    let found = impact(policy(), &shorter, &requests);
    assert_eq!((found.examined, found.count(Direction::Tightened)), (2, 1));
    assert_eq!(found.count(Direction::Explained), 1);
    assert!(impact(policy(), policy(), &requests).changes.is_empty());
}

#[test]
fn a_recorded_decision_can_be_read_and_made_again() {
    let request = confirmed(the_return());
    let decision = policy().decide(&request);
    let text = serde_json::to_string(&Recorded { request, decision }).unwrap();
    let read: Recorded = serde_json::from_str(&text).unwrap();
    let found = replay(policy(), [&read]);
    assert_eq!((found.examined, found.changes.len()), (1, 0));
}

fn delivery() -> DeliveryPolicy {
    let files = demo::files(&demo::folder().join("delivery"));
    DeliveryPolicy::compile(&Sources::from_files(files).unwrap()).unwrap()
}

fn message(channel: Channel, purpose: Purpose) -> DeliveryRequest {
    DeliveryRequest {
        channel,
        purpose,
        template: false,
        opted_out: false,
        marketing_consent: true,
        last_inbound: None,
        utc_offset_minutes: Some(0),
        // 03:00 UTC.
        now: NOW + 8 * 3_600_000,
    }
}

#[test]
fn a_text_at_night_waits_for_the_morning_but_an_answer_does_not() {
    let delivery = delivery();
    let notice = message(Channel::Sms, Purpose::Notice);
    let decision = delivery.decide(&notice);
    assert_eq!(decision.first().unwrap().remedy, DeliveryRemedy::Wait);
    let morning = delivery.earliest(&notice).unwrap();
    assert_eq!(morning.rem_euclid(86_400_000), 8 * 3_600_000);
    assert!(
        delivery
            .decide(&message(Channel::Sms, Purpose::Answer))
            .allowed
    );
    assert!(
        delivery
            .decide(&message(Channel::Email, Purpose::Notice))
            .allowed
    );
}

#[test]
fn after_an_opt_out_only_the_farewell_goes_out() {
    let delivery = delivery();
    for purpose in Purpose::ALL {
        let out = DeliveryRequest {
            opted_out: true,
            ..message(Channel::Sms, purpose)
        };
        assert_eq!(delivery.decide(&out).allowed, purpose == Purpose::Farewell);
    }
}

#[test]
fn a_day_after_the_last_message_only_a_template_may_be_sent_on_whatsapp() {
    let delivery = delivery();
    let mut answer = message(Channel::Whatsapp, Purpose::Answer);
    answer.last_inbound = Some(answer.now - 86_399_000);
    assert!(delivery.decide(&answer).allowed);
    answer.last_inbound = Some(answer.now - 86_400_000);
    let decision = delivery.decide(&answer);
    assert_eq!(decision.first().unwrap().remedy, DeliveryRemedy::Template);
    answer.template = true;
    assert!(delivery.decide(&answer).allowed);
}

fn any_request() -> impl Strategy<Value = Request> {
    let ids = prop_oneof![Just("#W1"), Just("#W2"), Just("")];
    let who = prop_oneof![Just(None), Just(Some("mei")), Just(Some("raj"))];
    let status = prop_oneof![
        Just("pending"),
        Just("delivered"),
        Just("pending (item modified)"),
        Just("lost")
    ];
    let items = prop::collection::vec(prop_oneof![Just("lamp"), Just("chair")], 0..3);
    let method = prop_oneof![Just("card"), Just("other"), Just("none")];
    let action = prop::sample::select(policy().actions());
    (ids, who, status, items, method, action, 0..3_i64, any::<bool>(), 0..3_u32).prop_map(
        |(order, who, status, items, method, action, level, yes, pictures)| {
            let arguments = json!({
                "order_id": order, "item_ids": items, "new_item_ids": items, "payment_method_id": method,
                "reason": "no longer needed", "at": "2024-05-16T15:00:00Z",
            });
            let mut request = request(action, arguments);
            request.session = Session {
                subject: who.map(str::to_owned),
                assurance: Assurance::from_level(level),
            };
            status.clone_into(&mut request.records.orders[0].status);
            request.records.pictures = pictures;
            if yes { confirmed(request) } else { request }
        },
    )
}

proptest! {
    #[test]
    fn more_assurance_never_takes_a_right_away(request in any_request()) {
        let level = i64::from(request.session.assurance.level());
        let mut surer = request.clone();
        surer.session.assurance = Assurance::from_level(level + 1);
        prop_assert!(!policy().decide(&request).allowed || policy().decide(&surer).allowed);
    }

    #[test]
    fn facts_always_fit_the_schema_and_a_no_always_has_a_reason(request in any_request()) {
        let decision = policy().decide(&request);
        prop_assert_eq!(&decision.errors, &Vec::<String>::new());
        prop_assert_eq!(decision.allowed, decision.rules.is_empty());
        let unnamed = request.arguments["order_id"] == "";
        prop_assert!(unnamed || policy().check_facts(&request).is_ok());
    }

    #[test]
    fn one_changed_argument_makes_a_yes_worthless(request in any_request(), key in "[a-z]{1,8}") {
        let request = confirmed(request);
        let mut changed = request.clone();
        changed.arguments.insert(key, json!("changed"));
        let decision = policy().decide(&changed);
        let free = ["viewCatalog", "identify", "handoff", "viewOrder", "viewProfile", "sendMessage"];
        prop_assert!(!decision.allowed || free.contains(&request.action.as_str()));
    }
}
