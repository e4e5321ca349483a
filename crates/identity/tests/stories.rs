//! Identity, told as stories: the goldens of the design and what surrounds them.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "story/world.rs"]
mod world;

use throughline_identity::epoch::{NewEvidence, PhoneHistory, opens_new_epoch};
use throughline_identity::{Rules, SharedReason, SuggestReason};
use throughline_model::assurance::Assurance;
use throughline_model::clock::Clock;
use throughline_model::id::CustomerId;
use world::World;

#[test]
fn a_customer_who_proves_email_and_phone_in_one_chat_is_one_person_under_the_oldest_id() {
    let mut world = World::new();
    let email = world.node("email:ana@example.com");
    world.proves("visitor:v1", "email:ana@example.com");
    world.proves("visitor:v1", "phone:+4915112345678");
    assert!(world.one_person(&[
        "visitor:v1",
        "email:ana@example.com",
        "phone:+4915112345678"
    ]));
    assert_eq!(
        world.customer("phone:+4915112345678"),
        CustomerId::from(email)
    );
    assert!(world.now().suggestions.is_empty());
}

#[test]
fn two_accounts_on_one_phone_never_merge_and_the_phone_belongs_to_neither() {
    for first_in_chat in [false, true] {
        let mut world = World::new();
        if first_in_chat {
            world.proves("visitor:v1", "account:A1");
            world.proves("visitor:v1", "phone:+4915112345678");
        } else {
            world.proves("account:A1", "phone:+4915112345678");
        }
        assert!(world.one_person(&["account:A1", "phone:+4915112345678"]));
        world.proves("visitor:v2", "account:A2");
        world.proves("visitor:v2", "phone:+4915112345678");

        assert!(world.all_apart(&["account:A1", "account:A2", "phone:+4915112345678"]));
        assert_eq!(
            world.now().shared[&world.id("phone:+4915112345678")],
            SharedReason::Accounts
        );
        assert!(world.suggested("phone:+4915112345678", "account:A1"));
        assert!(world.suggested("phone:+4915112345678", "account:A2"));
    }
}

#[test]
fn two_accounts_never_merge_however_long_the_chain_between_them() {
    let mut world = World::new();
    world.proves("account:A1", "email:ana@example.com");
    world.proves("email:ana@example.com", "phone:+4915112345678");
    world.proves("phone:+4915112345678", "social:whatsapp:1");
    world.proves("social:whatsapp:1", "account:A2");
    assert!(world.all_apart(&["account:A1", "account:A2", "phone:+4915112345678"]));
    assert!(world.one_person(&["account:A1", "email:ana@example.com"]));
    assert!(world.one_person(&["account:A2", "social:whatsapp:1"]));
    assert!(world.suggested("account:A1", "phone:+4915112345678"));
    assert!(world.suggested("account:A2", "phone:+4915112345678"));

    world.rules.accounts_need_log_in = false;
    assert!(world.all_apart(&["account:A1", "account:A2"]));
    assert!(world.suggested("account:A1", "account:A2"));
}

#[test]
fn a_merge_with_three_messages_and_an_unmerge_equals_never_merged() {
    let messages = |world: &mut World| {
        world.proves("visitor:v3", "email:ana@example.com");
        world.vouches_weakly("email:ana@example.com", "phone:+4915112345678");
        world.claims("visitor:v3", "account:A2");
    };
    let mut never = World::new();
    never.proves("account:A1", "email:ana@example.com");
    never.proves("account:A2", "phone:+4915112345678");
    messages(&mut never);

    let mut merged = World::new();
    merged.proves("account:A1", "email:ana@example.com");
    merged.proves("account:A2", "phone:+4915112345678");
    let before = merged.now();
    let merge = merged.member_merges("account:A1", "account:A2");
    assert!(merged.one_person(&["account:A1", "account:A2", "phone:+4915112345678"]));
    merged.member_retracts(merge);
    assert_eq!(merged.now(), before);

    // Node ids depend on the minutes passed, so the story with messages compares by withdrawing.
    let mut with_messages = World::new();
    with_messages.proves("account:A1", "email:ana@example.com");
    with_messages.proves("account:A2", "phone:+4915112345678");
    let merge = with_messages.member_merges("account:A1", "account:A2");
    messages(&mut with_messages);
    let without: Vec<_> = with_messages
        .assertions
        .iter()
        .filter(|one| one.id != merge)
        .cloned()
        .collect();
    with_messages.member_retracts(merge);
    let never_merged =
        throughline_identity::partition(&with_messages.nodes, &without, &with_messages.rules);
    assert_eq!(with_messages.now(), never_merged);
    assert_eq!(
        never.now().customer_of.len(),
        never_merged.customer_of.len()
    );
    assert!(with_messages.all_apart(&["account:A1", "account:A2"]));
}

#[test]
fn withdrawing_an_unmerge_merges_again() {
    let mut world = World::new();
    world.node("email:ana@example.com");
    let merge = world.member_merges("email:ana@example.com", "phone:+4915112345678");
    let unmerge = world.member_retracts(merge);
    assert!(world.all_apart(&["email:ana@example.com", "phone:+4915112345678"]));
    let redo = world.member_retracts(unmerge);
    assert!(world.one_person(&["email:ana@example.com", "phone:+4915112345678"]));
    world.member_retracts(redo);
    assert!(world.all_apart(&["email:ana@example.com", "phone:+4915112345678"]));
    world.member_retracts(merge);
    assert!(world.all_apart(&["email:ana@example.com", "phone:+4915112345678"]));
}

#[test]
fn merging_somebody_with_themselves_changes_nothing() {
    let mut world = World::new();
    world.proves("visitor:v1", "email:ana@example.com");
    let before = world.now();
    world.member_merges("email:ana@example.com", "email:ana@example.com");
    assert_eq!(world.now(), before);
    world.member_merges("visitor:v1", "email:ana@example.com");
    assert_eq!(world.now(), before);
}

#[test]
fn typing_somebodys_email_into_web_chat_only_suggests() {
    let mut world = World::new();
    world.proves("account:A1", "email:ana@example.com");
    world.claims("visitor:stranger", "email:ana@example.com");
    world.vouches_weakly("visitor:stranger", "email:ana@example.com");
    assert!(world.all_apart(&["visitor:stranger", "email:ana@example.com"]));
    assert!(world.suggested("visitor:stranger", "account:A1"));
    let partition = world.now();
    assert_eq!(
        partition.suggestions[0].reasons,
        [SuggestReason::Claimed, SuggestReason::WeakProof]
    );
    assert!(partition.suggestions[0].score > 0.5 && partition.suggestions[0].score < 1.0);
}

#[test]
fn a_recycled_number_opens_a_new_epoch() {
    let clock = Clock::fixed(0);
    let (ana, ben) = (CustomerId(clock.new_id()), CustomerId(clock.new_id()));
    let rules = Rules::default();
    let idle = rules.phone_idle_ms;
    let history = PhoneHistory {
        last_evidence_at: Some(0),
        holder: Some(ana),
        disconnected_at: None,
    };
    let use_by = |holder, at, assurance| NewEvidence {
        at,
        assurance,
        holder,
    };

    assert!(opens_new_epoch(
        &history,
        &use_by(Some(ben), idle, Assurance::PROVEN),
        &rules
    ));
    assert!(
        !opens_new_epoch(
            &history,
            &use_by(Some(ben), idle - 1, Assurance::PROVEN),
            &rules
        ),
        "shared, not recycled"
    );
    assert!(
        !opens_new_epoch(
            &history,
            &use_by(Some(ana), idle * 9, Assurance::PROVEN),
            &rules
        ),
        "she is back"
    );
    assert!(
        !opens_new_epoch(&history, &use_by(Some(ben), idle, Assurance::WEAK), &rules),
        "not proven"
    );
    assert!(
        !opens_new_epoch(&history, &use_by(None, idle, Assurance::PROVEN), &rules),
        "may be her"
    );

    let cut_off = PhoneHistory {
        disconnected_at: Some(10),
        ..history.clone()
    };
    assert!(opens_new_epoch(
        &cut_off,
        &use_by(None, 20, Assurance::NONE),
        &rules
    ));
    assert!(
        !opens_new_epoch(&cut_off, &use_by(Some(ana), 20, Assurance::PROVEN), &rules),
        "she got it back"
    );
    assert!(!opens_new_epoch(
        &PhoneHistory::default(),
        &use_by(Some(ben), idle, Assurance::PROVEN),
        &rules
    ));
}

#[test]
fn the_epochs_of_one_number_are_different_people() {
    let mut world = World::new();
    world.proves("account:A1", "phone:+4915112345678");
    // Same digits, new node: the engine opened an epoch.
    let new = world.node("phone: +4915112345678");
    world
        .nodes
        .iter_mut()
        .find(|node| node.id == new)
        .unwrap()
        .value = "+4915112345678".to_owned();
    world.proves("account:A2", "phone: +4915112345678");
    assert!(world.one_person(&["account:A1", "phone:+4915112345678"]));
    assert!(world.one_person(&["account:A2", "phone: +4915112345678"]));
    assert!(world.all_apart(&["account:A1", "account:A2"]));
    assert!(world.now().shared.is_empty());
}

#[test]
fn a_couple_with_one_phone_stays_two_people_and_the_phone_asks() {
    let mut world = World::new();
    world.proves("visitor:v1", "email:ana@example.com");
    world.proves("visitor:v1", "phone:+4930123456");
    assert!(world.one_person(&["email:ana@example.com", "phone:+4930123456"]));
    world.proves("visitor:v2", "email:ben@example.com");
    world.proves("visitor:v2", "phone:+4930123456");
    assert!(world.all_apart(&[
        "email:ana@example.com",
        "email:ben@example.com",
        "phone:+4930123456"
    ]));
    assert!(world.suggested("email:ana@example.com", "phone:+4930123456"));
    assert!(world.suggested("email:ana@example.com", "email:ben@example.com"));
}

#[test]
fn two_phones_a_couple_shares_do_not_vouch_for_each_other() {
    let mut world = World::new();
    for (visitor, email, phone) in [
        ("visitor:1", "email:ana@example.com", "phone:+4930111111"),
        ("visitor:2", "email:ben@example.com", "phone:+4930111111"),
        ("visitor:3", "email:ana@example.com", "phone:+4930222222"),
        ("visitor:4", "email:ben@example.com", "phone:+4930222222"),
    ] {
        world.proves(visitor, email);
        world.proves(visitor, phone);
    }
    assert!(world.all_apart(&["email:ana@example.com", "email:ben@example.com"]));
}

#[test]
fn an_account_gathers_the_phones_and_addresses_of_its_holder() {
    let mut world = World::new();
    for identifier in [
        "email:ana@example.com",
        "email:ana@work.example",
        "phone:+4930111111",
        "phone:+4930222222",
    ] {
        world.proves("account:A1", identifier);
    }
    world.proves("visitor:1", "email:ana@work.example");
    world.proves("visitor:1", "phone:+4930222222");
    world.proves("visitor:2", "email:ana@example.com");
    world.proves("visitor:2", "phone:+4930222222");
    assert_eq!(
        world
            .now()
            .customer_of
            .values()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        1
    );
    assert!(world.now().shared.is_empty());
}

#[test]
fn an_address_two_people_prove_stays_with_its_only_account() {
    let mut world = World::new();
    world.proves("account:A1", "email:home@example.com");
    world.proves("visitor:1", "email:home@example.com");
    world.proves("visitor:1", "phone:+4930111111");
    world.proves("visitor:2", "email:home@example.com");
    world.proves("visitor:2", "phone:+4930222222");
    assert!(world.one_person(&["account:A1", "email:home@example.com"]));
    assert!(world.all_apart(&["account:A1", "phone:+4930111111", "phone:+4930222222"]));
    assert!(world.suggested("account:A1", "phone:+4930111111"));
    assert!(world.suggested("account:A1", "phone:+4930222222"));
}

const STAFF: [(&str, &str); 9] = [
    ("visitor:1", "email:s1@example.com"),
    ("visitor:2", "email:s2@example.com"),
    ("visitor:3", "email:s3@example.com"),
    ("visitor:4", "email:s4@example.com"),
    ("visitor:5", "email:s5@example.com"),
    ("visitor:6", "email:s6@example.com"),
    ("visitor:7", "email:s7@example.com"),
    ("visitor:8", "email:s8@example.com"),
    ("visitor:9", "email:s9@example.com"),
];

#[test]
fn a_switchboard_links_its_first_caller_until_a_crowd_shows_what_it_is() {
    let mut world = World::new();
    let (first_visit, first) = STAFF[0];
    world.proves(first_visit, first);
    world.proves(first_visit, "phone:+493012340");
    assert!(world.one_person(&[first, "phone:+493012340"]));
    for (visitor, email) in &STAFF[1..] {
        world.proves(visitor, email);
        world.proves(visitor, "phone:+493012340");
    }
    assert!(
        world.all_apart(&[first, STAFF[1].1, "phone:+493012340"]),
        "history is evaluated again"
    );
    assert_eq!(
        world.now().shared[&world.id("phone:+493012340")],
        SharedReason::Crowd
    );
    assert!(
        world.now().suggestions.is_empty(),
        "a crowd suggests nothing"
    );
}

#[test]
fn a_kiosk_many_people_log_in_on_keeps_them_apart() {
    let mut world = World::new();
    for (_, email) in STAFF {
        world.proves("visitor:kiosk", email);
    }
    assert_eq!(
        world
            .now()
            .customer_of
            .values()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        STAFF.len() + 1
    );
    assert_eq!(
        world.now().shared[&world.id("visitor:kiosk")],
        SharedReason::Crowd
    );
}

#[test]
fn a_browser_two_accounts_log_in_on_keeps_the_accounts_apart() {
    let mut world = World::new();
    world.proves("visitor:home", "account:A1");
    world.proves("visitor:home", "account:A2");
    assert!(world.all_apart(&["account:A1", "account:A2", "visitor:home"]));
    assert_eq!(
        world.now().shared[&world.id("visitor:home")],
        SharedReason::Accounts
    );
}

#[test]
fn a_device_never_links_whatever_is_said_of_it() {
    let mut world = World::new();
    world.seen_together("device:d1", "visitor:v1");
    world.seen_together("device:d1", "visitor:v2");
    world.proves("device:d1", "email:ana@example.com");
    world.proves("visitor:v1", "email:ana@example.com");
    assert!(world.all_apart(&["device:d1", "visitor:v1", "visitor:v2"]));
    assert!(world.suggested("visitor:v1", "visitor:v2"));
    assert!(!world.suggested("device:d1", "visitor:v1"));
}

#[test]
fn the_sixth_phone_of_a_person_is_a_question() {
    let mut world = World::new();
    let phones = [
        "phone:+491",
        "phone:+492",
        "phone:+493",
        "phone:+494",
        "phone:+495",
        "phone:+496",
    ];
    for phone in phones {
        world.proves("account:A1", phone);
    }
    assert!(world.one_person(&phones[..5]));
    assert!(world.all_apart(&["account:A1", "phone:+496"]));
    assert!(world.suggested("account:A1", "phone:+496"));
    // A member takes it in; what she decided is not undone when more comes.
    world.member_merges("account:A1", "phone:+496");
    world.proves("account:A1", "visitor:v1");
    world.proves("account:A1", "email:ana@example.com");
    assert!(world.one_person(&["phone:+496", "visitor:v1", "email:ana@example.com"]));
}

#[test]
fn only_a_visit_that_logged_in_brings_a_new_phone_to_an_account() {
    let mut world = World::new();
    world.proves("account:A1", "email:ana@example.com");
    world.proves("visitor:anonymous", "email:ana@example.com");
    world.proves("visitor:anonymous", "phone:+4930111111");
    assert!(world.one_person(&["visitor:anonymous", "email:ana@example.com", "account:A1"]));
    assert!(
        world.all_apart(&["account:A1", "phone:+4930111111"]),
        "whoever reads the same mail could do that"
    );
    assert!(world.suggested("account:A1", "phone:+4930111111"));
    world.proves("visitor:logged_in", "account:A1");
    world.proves("visitor:logged_in", "phone:+4930111111");
    assert!(world.one_person(&["account:A1", "phone:+4930111111"]));
}

#[test]
fn a_second_phone_proven_under_one_log_in_is_a_question() {
    let mut world = World::new();
    world.proves("visitor:1", "account:A1");
    world.proves("visitor:1", "phone:+4930111111");
    assert!(world.one_person(&["account:A1", "phone:+4930111111"]));
    world.proves("visitor:2", "account:A1");
    world.proves("visitor:2", "phone:+4930222222");
    assert!(world.one_person(&["account:A1", "phone:+4930111111", "visitor:2"]));
    assert!(
        world.all_apart(&["account:A1", "phone:+4930222222"]),
        "or her husband's, who knows her password"
    );
    assert!(world.suggested("account:A1", "phone:+4930222222"));
    world.proves("account:A1", "phone:+4930222222");
    assert!(
        world.one_person(&["account:A1", "phone:+4930222222"]),
        "the business itself says so"
    );
}

#[test]
fn what_a_home_computer_sees_on_different_days_is_not_one_person() {
    let mut world = World::new();
    world.proves("visitor:home", "email:ana@example.com");
    world.proves("visitor:home", "phone:+4930111111");
    world.days_pass(20);
    assert!(world.one_person(&["visitor:home", "email:ana@example.com", "phone:+4930111111"]));
    world.proves("visitor:home", "social:telegram:ben");
    assert!(world.all_apart(&[
        "visitor:home",
        "email:ana@example.com",
        "social:telegram:ben"
    ]));
    assert!(
        world.one_person(&["email:ana@example.com", "phone:+4930111111"]),
        "that sitting was hers"
    );
    assert!(world.suggested("email:ana@example.com", "social:telegram:ben"));
    assert_eq!(
        world.now().shared[&world.id("visitor:home")],
        SharedReason::People
    );
}

#[test]
fn a_browser_only_one_person_comes_back_to_stays_theirs() {
    let mut world = World::new();
    world.proves("visitor:home", "email:ana@example.com");
    world.days_pass(20);
    world.proves("visitor:home", "email:ana@example.com");
    world.proves("visitor:home", "phone:+4930111111");
    assert!(world.one_person(&["visitor:home", "email:ana@example.com", "phone:+4930111111"]));
    assert!(world.now().shared.is_empty() && world.now().suggestions.is_empty());
}

#[test]
fn a_phone_shown_in_store_outweighs_one_known_by_a_code() {
    let mut world = World::new();
    for phone in [
        "phone:+491",
        "phone:+492",
        "phone:+493",
        "phone:+494",
        "phone:+495",
        "phone:+496",
    ] {
        world.proves("account:A1", phone);
    }
    world.proves_strongly("account:A1", "phone:+496");
    assert!(world.one_person(&["account:A1", "phone:+496"]));
    assert!(world.all_apart(&["account:A1", "phone:+495"]));
}

#[test]
fn two_addresses_of_one_account_are_one_person_to_the_phone_they_share() {
    let mut world = World::new();
    world.proves("account:A1", "email:ana@example.com");
    world.proves("account:A1", "email:ana@work.example");
    for (visitor, email, phone) in [
        ("visitor:1", "email:ana@example.com", "phone:+4930111111"),
        ("visitor:2", "email:ana@work.example", "phone:+4930111111"),
        ("visitor:3", "email:ana@example.com", "phone:+4930222222"),
    ] {
        world.proves(visitor, email);
        world.proves(visitor, phone);
    }
    assert!(world.one_person(&["account:A1", "visitor:1", "visitor:2"]));
    assert!(world.suggested("account:A1", "phone:+4930111111"));
    assert!(
        !world
            .now()
            .shared
            .contains_key(&world.id("phone:+4930111111"))
    );
}

#[test]
fn a_member_may_merge_two_accounts_and_the_phone_between_them_joins() {
    let mut world = World::new();
    world.proves("account:A1", "phone:+4930111111");
    world.proves("account:A2", "phone:+4930111111");
    assert!(world.all_apart(&["account:A1", "account:A2", "phone:+4930111111"]));
    world.member_merges("account:A1", "account:A2");
    assert!(world.one_person(&["account:A1", "account:A2", "phone:+4930111111"]));
}

#[test]
fn separated_by_a_member_stays_separated_until_a_member_says_otherwise() {
    let mut world = World::new();
    world.proves("email:ana@example.com", "phone:+4930111111");
    world.claims("visitor:v1", "email:ana@example.com");
    let word = world.member_separates("email:ana@example.com", "phone:+4930111111");
    assert!(world.all_apart(&["email:ana@example.com", "phone:+4930111111"]));
    assert!(!world.suggested("email:ana@example.com", "phone:+4930111111"));
    world.proves("phone:+4930111111", "email:ana@example.com");
    assert!(world.all_apart(&["email:ana@example.com", "phone:+4930111111"]));

    world.member_separates("visitor:v1", "email:ana@example.com");
    assert!(!world.suggested("visitor:v1", "email:ana@example.com"));

    world.member_merges("email:ana@example.com", "phone:+4930111111");
    assert!(world.one_person(&["email:ana@example.com", "phone:+4930111111"]));
    world.member_separates("email:ana@example.com", "phone:+4930111111");
    assert!(world.all_apart(&["email:ana@example.com", "phone:+4930111111"]));
    world.member_retracts(word);
    assert!(
        world.all_apart(&["email:ana@example.com", "phone:+4930111111"]),
        "the later word still stands"
    );
}

#[test]
fn a_decision_about_two_customers_counts_for_all_their_identifiers() {
    let mut world = World::new();
    world.proves("account:A1", "email:ana@example.com");
    world.proves("account:A2", "email:ben@example.com");
    world.member_separates("account:A1", "account:A2");
    world.member_merges("email:ana@example.com", "email:ben@example.com");
    assert!(world.one_person(&["account:A1", "account:A2"]));
    world.member_separates("account:A1", "email:ben@example.com");
    assert!(world.all_apart(&["account:A1", "account:A2"]));
    assert!(world.one_person(&["account:A2", "email:ben@example.com"]));
}

#[test]
fn a_test_number_stands_for_nobody() {
    let mut world = World::new();
    world.proves("visitor:v1", "phone:+12345678901");
    world.proves("visitor:v1", "email:ana@example.com");
    assert!(world.all_apart(&["visitor:v1", "phone:+12345678901"]));
    assert!(world.one_person(&["visitor:v1", "email:ana@example.com"]));
    assert_eq!(
        world.now().shared[&world.id("phone:+12345678901")],
        SharedReason::Blocked
    );
}
