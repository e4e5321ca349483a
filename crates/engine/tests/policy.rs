//! Rules that change while the shop is open, people in charge who agree to exact actions, and the same answer on every
//! channel.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;
use throughline_engine::access::Principal;
use throughline_engine::approval::{self, Approval, ApprovalState, Wish};
use throughline_engine::conversation::{self, Author, NewEntry, View};
use throughline_engine::policy::{
    self, Edit, InForce, PolicyKind, Proven, VersionSummary, refresh,
};
use throughline_engine::{Error, endpoint, identity};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::conversation::{AuthorKind, EntryKind, Role};
use throughline_model::id::{ConversationId, MemberId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_policy::facts::Session;
use throughline_policy::records::{Order, Records, User};
use throughline_policy::source::SourceFile;
use throughline_policy::{Decision, Request};
use throughline_testkit::{Shop, on_both_engines};

const DAY: i64 = 86_400_000;

/// The demo shop's files.
fn files() -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop/policy");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        SourceFile::new(name, std::fs::read_to_string(&path).unwrap())
    });
    files.collect()
}

/// The demo shop's files with one change.
fn edited(from: &str, to: &str) -> Vec<SourceFile> {
    let mut files = files();
    let mut edits = 0;
    for file in &mut files {
        edits += file.text.matches(from).count();
        file.text = file.text.replace(from, to);
    }
    assert_eq!(edits, 1, "{from}");
    files
}

fn edit(files: Vec<SourceFile>) -> Edit {
    Edit {
        kind: PolicyKind::Business,
        files,
        note: "a change".to_owned(),
        despite: None,
        based_on: None,
        restores: None,
    }
}

async fn try_publish(shop: &Shop, edit: Edit) -> Result<VersionSummary, Error> {
    let prepared = policy::prepare(&shop.setup.policy, edit).await?;
    let setup = shop.setup.clone();
    let published = shop
        .database
        .db
        .write(move |tx| policy::publish(tx, &setup, &prepared, "member:ana"))
        .await?;
    refresh(&shop.database.db, &shop.setup).await?;
    Ok(published)
}

async fn publish(shop: &Shop, files: Vec<SourceFile>) -> VersionSummary {
    try_publish(shop, edit(files)).await.unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Mei returns a lamp that was delivered so many days ago.
fn the_return(shop: &Shop, days: i64, session: Session) -> Request {
    let now = shop.setup.clock.now();
    let delivered = time::OffsetDateTime::from_unix_timestamp((now - days * DAY) / 1000).unwrap();
    let delivered = delivered.format(&time::format_description::well_known::Rfc3339);
    let order: Order = serde_json::from_value(json!({
        "order_id": "#W1", "user_id": "mei", "status": "delivered", "delivered_at": delivered.unwrap(),
        "items": [{"item_id": "lamp", "product_id": "lamps", "price": 60.0}],
        "payment_history": [{"transaction_type": "payment", "amount": 60.0, "payment_method_id": "card"}],
    }))
    .unwrap();
    let user: User = serde_json::from_value(json!({
        "user_id": "mei", "payment_methods": {"card": {"source": "credit_card"}},
    }))
    .unwrap();
    let mut request = Request {
        session,
        action: "returnItems".to_owned(),
        arguments: map(
            json!({"order_id": "#W1", "item_ids": ["lamp"], "payment_method_id": "card"}),
        ),
        records: Records {
            orders: vec![order],
            users: vec![user],
            ..Records::default()
        },
        confirmed: Vec::new(),
        approvals: Vec::new(),
        now,
    };
    request.confirmed.push(request.confirmation());
    request
}

fn named(kind: IdentifierKind, value: &str) -> Identifier {
    Identifier {
        kind,
        value: value.to_owned(),
    }
}

fn mei() -> Session {
    Session {
        subject: Some("mei".to_owned()),
        assurance: Assurance::PROVEN,
    }
}

fn decide(shop: &Shop, request: &Request) -> Decision {
    shop.setup.policy.business.get().decide(request)
}

fn rules(decision: &Decision) -> Vec<&str> {
    decision.rule_ids().collect()
}

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
    let broken = edited("principal has subject };", "principal has subjekt };");
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

fn supervisor() -> Principal {
    Principal::Member {
        id: MemberId(uuid::Uuid::from_u128(1)),
        name: "Ana".to_owned(),
        role: Role::Supervisor,
    }
}

fn agent() -> Principal {
    Principal::Member {
        id: MemberId(uuid::Uuid::from_u128(2)),
        name: "Ben".to_owned(),
        role: Role::Agent,
    }
}

fn wish(request: &Request) -> Wish {
    Wish {
        tool: "return_items".to_owned(),
        action: request.action.clone(),
        arguments: request.arguments.clone(),
        rules: vec!["return.window".to_owned()],
        reason: Some("She was in hospital".to_owned()),
    }
}

async fn ask(shop: &Shop, conversation: ConversationId, wish: Wish) -> Result<Approval, Error> {
    let setup = shop.setup.clone();
    shop.database
        .db
        .write(move |tx| approval::ask(tx, &setup, conversation, &wish, agent().author()))
        .await
}

async fn answer(
    shop: &Shop,
    asked: &Approval,
    agrees: bool,
    by: Principal,
) -> Result<Approval, Error> {
    let (setup, id) = (shop.setup.clone(), asked.id);
    shop.database
        .db
        .write(move |tx| approval::decide(tx, &setup, id, agrees, Some("just once"), &by))
        .await
}

async fn granted(shop: &Shop, conversation: ConversationId) -> Vec<throughline_policy::Approval> {
    let clock = shop.setup.clock.clone();
    shop.database
        .db
        .read(move |tx| approval::granted(tx, &clock, conversation))
        .await
        .unwrap()
}

#[test]
fn a_supervisor_agrees_to_exactly_one_late_return() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        publish(&shop, files()).await;
        let from = Identifier::email("mei@example.com").unwrap();
        let here = shop.hears(&from, "I was in hospital").await.conversation;
        let elsewhere = Identifier::email("raj@example.com").unwrap();
        let elsewhere = shop.hears(&elsewhere, "Hello").await.conversation;
        let mut late = the_return(&shop, 45, mei());
        assert_eq!(rules(&decide(&shop, &late)), ["return.window"]);

        let asked = ask(&shop, here, wish(&late)).await.unwrap();
        assert_eq!(
            (asked.state, asked.role.as_str()),
            (ApprovalState::Pending, "supervisor")
        );
        assert_eq!(asked.hash, late.confirmation().as_str());
        let again = ask(&shop, here, wish(&late)).await.unwrap();
        assert_eq!(again.id, asked.id, "nobody is asked twice for the same");
        assert!(granted(&shop, here).await.is_empty());

        let refused = answer(&shop, &asked, true, agent()).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
        let approved = answer(&shop, &asked, true, supervisor()).await.unwrap();
        assert_eq!(approved.state, ApprovalState::Approved);
        assert_eq!(approved.decided_by_name.as_deref(), Some("Ana"));
        let twice = answer(&shop, &asked, false, supervisor())
            .await
            .unwrap_err();
        assert!(matches!(twice, Error::Conflict(_)), "{twice}");

        late.approvals = granted(&shop, here).await;
        assert!(decide(&shop, &late).allowed);
        assert!(granted(&shop, elsewhere).await.is_empty());
        let mut other = late.clone();
        other
            .arguments
            .insert("item_ids".to_owned(), json!(["lamp", "lamp"]));
        other.confirmed = vec![other.confirmation()];
        assert!(rules(&decide(&shop, &other)).contains(&"return.window"));

        let entries = shop
            .database
            .db
            .read(move |tx| conversation::entries(tx, here, 0, 100, View::Everything))
            .await
            .unwrap();
        let told: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Decision)
            .map(|entry| entry.body["what"].as_str().unwrap())
            .collect();
        assert_eq!(told, ["approval_asked", "approval_given"]);

        shop.setup.clock.advance(DAY + 1);
        assert!(granted(&shop, here).await.is_empty(), "a yes lasts a day");
        let fresh = ask(&shop, here, wish(&late)).await.unwrap();
        assert_ne!(fresh.id, asked.id);
        let declined = answer(&shop, &fresh, false, supervisor()).await.unwrap();
        assert_eq!(declined.state, ApprovalState::Declined);
        assert!(granted(&shop, here).await.is_empty());
    });
}

#[test]
fn requests_for_approval_expire_and_are_listed_as_they_stand() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        publish(&shop, files()).await;
        let from = Identifier::email("mei@example.com").unwrap();
        let here = shop.hears(&from, "Hello").await.conversation;
        let late = the_return(&shop, 45, mei());
        let asked = ask(&shop, here, wish(&late)).await.unwrap();
        let list = async |state| {
            let filter = approval::Filter {
                state: Some(state),
                conversation: Some(here),
            };
            let clock = shop.setup.clock.clone();
            let found = shop
                .database
                .db
                .read(move |tx| approval::list(tx, &clock, filter, None, 10))
                .await;
            found.unwrap().len()
        };
        assert_eq!(list(ApprovalState::Pending).await, 1);
        shop.setup.clock.advance(DAY);
        assert_eq!(list(ApprovalState::Pending).await, 0);
        assert_eq!(list(ApprovalState::Expired).await, 1);
        let too_late = answer(&shop, &asked, true, supervisor()).await.unwrap_err();
        assert!(too_late.to_string().contains("expired"), "{too_late}");
        ask(&shop, here, wish(&late)).await.unwrap();
        assert_eq!(list(ApprovalState::Pending).await, 1);
        assert_eq!(list(ApprovalState::Expired).await, 1);
    });
}

#[tokio::test]
async fn nobody_is_asked_to_approve_what_no_approval_helps_with() {
    let shop = Shop::open(throughline_storage::Engine::Sqlite).await;
    publish(&shop, files()).await;
    let from = Identifier::email("mei@example.com").unwrap();
    let here = shop.hears(&from, "Hello").await.conversation;
    let late = the_return(&shop, 45, mei());
    for rules in [
        vec![],
        vec!["confirm.explicit".to_owned()],
        vec!["no.such.rule".to_owned()],
    ] {
        let mut wish = wish(&late);
        wish.rules = rules;
        let refused = ask(&shop, here, wish).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid { field: "rules", .. }));
    }
    let mut unknown = wish(&late);
    unknown.action = "sellTheShop".to_owned();
    let refused = ask(&shop, here, unknown).await.unwrap_err();
    assert!(matches!(
        refused,
        Error::Invalid {
            field: "action",
            ..
        }
    ));
}

/// The host's view of whoever is in contact on a line: what they have shown there, and nothing about the line itself.
async fn session(shop: &Shop, line: conversation::Interaction) -> Session {
    let clock = shop.setup.clock.clone();
    shop.database
        .db
        .read(move |tx| {
            let proofs = identity::proven(tx, &clock, line.identifier)?;
            let shown = proofs.first().map(|proof| {
                let account = identity::identifier(tx, proof.proven)?;
                Ok::<_, Error>((account.value, proof.assurance))
            });
            let (subject, assurance) = match shown.transpose()? {
                Some((subject, assurance)) => (Some(subject), assurance),
                None => (None, Assurance::NONE),
            };
            Ok::<_, Error>(Session { subject, assurance })
        })
        .await
        .unwrap()
}

#[test]
fn the_same_request_gets_the_same_answer_on_every_channel() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        publish(&shop, files()).await;
        let from = named(IdentifierKind::Visitor, "mei's browser");
        let received = shop.hears(&from, "Hello").await;
        let mut answers: Vec<(Channel, Vec<Decision>)> = Vec::new();
        for channel in Channel::ALL.iter().copied() {
            // Somebody in contact over an endpoint of this channel, whose account is proven there or not.
            let setup = shop.setup.clone();
            let home = received.conversation;
            let lines = shop
                .database
                .db
                .write(move |tx| {
                    let name = format!("the {channel}");
                    let place =
                        endpoint::configure(tx, &setup.clock, &name, channel, &name, "shop")?;
                    let account = named(IdentifierKind::Account, "mei");
                    let account = identity::recognise(tx, &setup.clock, &account, None)?;
                    let mut lines = Vec::new();
                    for proven in [true, false] {
                        let address =
                            named(IdentifierKind::Visitor, &format!("{channel} {proven}"));
                        let address = identity::recognise(tx, &setup.clock, &address, None)?;
                        if proven {
                            let until = setup.clock.now() + DAY;
                            let (holder, of) = (address.identifier, account.identifier);
                            let assurance = Assurance::PROVEN;
                            identity::prove(tx, &setup, holder, of, assurance, "login", until)?;
                        }
                        let line = conversation::interaction(
                            tx,
                            &setup,
                            home,
                            place.id,
                            channel,
                            address.identifier,
                        )?;
                        lines.push(conversation::interaction_by_id(tx, line)?);
                    }
                    Ok::<_, Error>(lines)
                })
                .await
                .unwrap();
            let mut decisions = Vec::new();
            for line in lines {
                assert_eq!(line.channel, channel);
                let session = session(&shop, line).await;
                for days in [3, 45] {
                    let request = the_return(&shop, days, session.clone());
                    decisions.push(decide(&shop, &request));
                    let mut unconfirmed = request;
                    unconfirmed.confirmed.clear();
                    decisions.push(decide(&shop, &unconfirmed));
                }
            }
            answers.push((channel, decisions));
        }
        let (_, first) = &answers[0];
        assert!(first[0].allowed && first[1..].iter().all(|decision| !decision.allowed));
        for (channel, decisions) in &answers {
            assert_eq!(decisions, first, "{channel}");
        }
    });
}
