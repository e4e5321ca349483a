//! Publishing, with its gate, and what recorded decisions say about an edit.

use crate::shop::{decide, edit, edited, files, mei, publish, rules, the_return, try_publish};
use serde_json::json;
use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::conversation::{self, Author, NewEntry};
use throughline_engine::policy::{self, InForce, PolicyKind, Proven, refresh};
use throughline_model::conversation::{AuthorKind, EntryKind};
use throughline_model::id::ConversationId;
use throughline_model::identifier::Identifier;
use throughline_policy::Request;
use throughline_policy::source::SourceFile;
use throughline_testkit::{Shop, on_both_engines};

#[test]
fn a_published_policy_decides_at_once_and_can_be_rolled_back() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let request = the_return(&shop, 20, mei());
        assert_eq!(
            rules(&decide(&shop, &request)),
            ["policy.not_permitted"],
            "nothing is permitted before a policy is published"
        );

        let first = publish(&shop, files()).await;
        assert_eq!((first.number, first.in_force), (1, true));
        let decision = decide(&shop, &request);
        assert!(decision.allowed);
        assert_eq!(decision.version.as_str(), first.version);

        let shorter = edited("duration(\"30d\")", "duration(\"14d\")");
        let second = publish(&shop, shorter.clone()).await;
        assert_eq!(rules(&decide(&shop, &request)), ["return.window"]);
        let again = publish(&shop, shorter).await;
        assert_eq!(again.number, second.number, "the same files are no news");

        let db = &shop.database.db;
        let mut back = db
            .read(|tx| policy::earlier(tx, PolicyKind::Business, 1))
            .await
            .unwrap();
        back.based_on = Some(1);
        let late = try_publish(&shop, back.clone()).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        back.based_on = Some(2);
        let third = try_publish(&shop, back).await.unwrap();
        assert_eq!((third.number, third.restores), (3, Some(1)));
        assert_eq!(third.version, first.version);
        assert!(decide(&shop, &request).allowed);

        let listed = db
            .read(|tx| policy::versions(tx, PolicyKind::Business, None, None, 10))
            .await
            .unwrap();
        let numbers: Vec<i64> = listed.iter().map(|one| one.number).collect();
        assert_eq!(numbers, [3, 2, 1]);
        let hash = first.version.clone();
        let named = db
            .read(move |tx| policy::versions(tx, PolicyKind::Business, Some(&hash), None, 10))
            .await
            .unwrap();
        assert_eq!(named.len(), 2, "a decision's version is found by its hash");
        let acts = db
            .read(|tx| throughline_engine::access::audit::list(tx, None, None, 10))
            .await
            .unwrap();
        let acts: Vec<&str> = acts.iter().map(|act| act.action.as_str()).collect();
        assert_eq!(
            acts,
            ["policy.rollback", "policy.publish", "policy.publish"]
        );
    });
}

#[test]
fn another_process_follows_what_was_published() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let mut elsewhere = shop.setup.clone();
        elsewhere.policy = InForce::built_in().unwrap();
        let published = publish(&shop, files()).await;
        assert!(refresh(&shop.database.db, &elsewhere).await.unwrap());
        assert_eq!(
            elsewhere.policy.version(PolicyKind::Business),
            published.version
        );
        assert!(!refresh(&shop.database.db, &elsewhere).await.unwrap());
    });
}

#[test]
fn a_folder_is_adopted_once_and_then_what_was_published_counts() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let (db, setup, kind) = (&shop.database.db, &shop.setup, PolicyKind::Business);
        policy::adopt(db, setup, kind, files()).await.unwrap();
        let adopted = setup.policy.version(kind);
        let other = edited("duration(\"30d\")", "duration(\"14d\")");
        policy::adopt(db, setup, kind, other).await.unwrap();
        assert_eq!(setup.policy.version(kind), adopted);
        let broken = vec![SourceFile::new("a.cedar", "permit (")];
        assert!(policy::adopt(db, setup, kind, broken).await.is_err());
    });
}

#[tokio::test]
async fn what_is_wrong_is_named_and_not_published() {
    let shop = Shop::open(throughline_storage::Engine::Sqlite).await;
    let broken = edited("principal.assurance >= 1", "principal.assuranse >= 1");
    let checked = policy::check(PolicyKind::Business, broken.clone())
        .await
        .unwrap();
    assert!(checked.version.is_none() && checked.sections.is_empty());
    let problem = &checked.problems[0];
    assert_eq!((problem.file.as_str(), problem.line), ("identity.cedar", 8));
    let refused = try_publish(&shop, edit(broken)).await.unwrap_err();
    assert!(
        refused.to_string().contains("identity.cedar:8"),
        "{refused}"
    );

    let checked = policy::check(PolicyKind::Business, files()).await.unwrap();
    assert!(checked.problems.is_empty());
    let statements = checked
        .sections
        .iter()
        .flat_map(|section| &section.statements);
    assert!(statements.clone().any(|one| !one.rules.is_empty()));

    let path = vec![SourceFile::new("../x.cedar", "")];
    let refused = policy::check(PolicyKind::Business, path).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { field: "files", .. }));
}

/// A policy that lets everything through without a yes to those with a login.
fn leaky() -> Vec<SourceFile> {
    edited(
        "unless { context.confirmed };",
        "unless { context.confirmed || principal.assurance >= 2 };",
    )
}

#[test]
fn a_law_that_does_not_hold_is_shown_and_passes_only_with_a_reason() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let good = policy::usable(PolicyKind::Business, files()).await.unwrap();
        let proofs = policy::prove(&shop.setup.policy, &good).await.unwrap();
        if proofs.outcome == Proven::Skipped {
            assert!(proofs.note.contains("skipped") && proofs.note.contains("cvc5"));
            eprintln!("{}", proofs.note);
            return;
        }
        assert_eq!(proofs.outcome, Proven::Held, "{proofs:#?}");
        assert_eq!(publish(&shop, files()).await.proof, Proven::Held);

        let refused = try_publish(&shop, edit(leaky())).await.unwrap_err();
        let told = refused.to_string();
        assert!(matches!(refused, Error::Conflict(_)), "{told}");
        assert!(
            told.contains("needs a yes") && told.contains("confirmed: no"),
            "{told}"
        );

        let mut despite = edit(leaky());
        despite.despite = Some("  ".to_owned());
        assert!(try_publish(&shop, despite.clone()).await.is_err());
        despite.despite = Some("an experiment of a day".to_owned());
        let published = try_publish(&shop, despite).await.unwrap();
        assert_eq!(published.proof, Proven::Refuted);
        assert_eq!(
            published.overridden.as_deref(),
            Some("an experiment of a day")
        );
        let act = shop
            .database
            .db
            .read(|tx| throughline_engine::access::audit::list(tx, Some("policy.publish"), None, 1))
            .await
            .unwrap();
        assert_eq!(act[0].details["despite"], "an experiment of a day");

        let kept = shop
            .database
            .db
            .read(|tx| policy::version(tx, PolicyKind::Business, 2))
            .await
            .unwrap();
        let proofs = kept.proofs.unwrap();
        assert!(proofs.laws.iter().any(|law| !law.holds()));
        assert!(
            proofs
                .shifts
                .iter()
                .any(|shift| shift.newly_allowed.is_some()),
            "what it loosens is kept with it"
        );
    });
}

/// Writes a decision down as the agent's ledger does.
async fn record(shop: &Shop, conversation: ConversationId, request: &Request) {
    let decision = decide(shop, request);
    let body = json!({
        "what": "decided", "tool": "return_items", "ahead": false,
        "request": request, "decision": decision,
    });
    let (setup, now) = (shop.setup.clone(), shop.setup.clock.now());
    let author = Author {
        kind: AuthorKind::Ai,
        id: None,
        name: None,
    };
    let entry = NewEntry::internal(
        conversation,
        now,
        EntryKind::Decision,
        author,
        "decided".to_owned(),
        body,
    );
    shop.database
        .db
        .write(move |tx| conversation::append(tx, &setup, &entry))
        .await
        .unwrap();
}

#[test]
fn an_edit_shows_which_recorded_decisions_it_would_change() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        publish(&shop, files()).await;
        let from = Identifier::email("mei@example.com").unwrap();
        let conversation = shop.hears(&from, "The lamp flickers").await.conversation;
        for days in [3, 20, 45] {
            record(&shop, conversation, &the_return(&shop, days, mei())).await;
        }
        let weigh = async |files| {
            let edit = policy::usable(PolicyKind::Business, files).await.unwrap();
            policy::impact(&shop.database.db, &shop.setup.policy, Arc::new(edit))
                .await
                .unwrap()
        };
        let shorter = weigh(edited("duration(\"30d\")", "duration(\"14d\")")).await;
        assert_eq!(
            (
                shorter.examined,
                shorter.tightened,
                shorter.loosened,
                shorter.explained
            ),
            (3, 1, 0, 0)
        );
        let change = &shorter.changes[0];
        assert_eq!(
            (change.conversation, change.action.as_str()),
            (conversation, "returnItems")
        );
        assert!(change.before.allowed && change.after.rules == ["return.window"]);
        let longer = weigh(edited("duration(\"30d\")", "duration(\"60d\")")).await;
        assert_eq!((longer.loosened, longer.tightened), (1, 0));

        let same = policy::usable(PolicyKind::Business, files()).await.unwrap();
        let replayed = policy::replay(&shop.database.db, Arc::new(same))
            .await
            .unwrap();
        assert_eq!((replayed.examined, replayed.changes.len()), (3, 0));
    });
}
