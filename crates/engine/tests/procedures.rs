//! Stories of procedures that change while conversations are under way, on both engines: over the demo shop's procedures,
//! its policy and its real order system.

use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::access::audit;
use throughline_engine::agent::Agent;
use throughline_engine::agent::procedures::{
    self, Edit, ProcedureEdit, ProcedureFile, TestOutcome, VersionSummary,
};
use throughline_model::assurance::Assurance;
use throughline_model::id::ConversationId;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_storage::Engine;
use throughline_testkit::{Shop, agent, at_work, demo_business, on_both_engines};

/// A day in the order system's time, in milliseconds since 1970.
const NOW: i64 = 1_716_000_000_000;
/// Two accounts of the order system, by their addresses, and an order of each.
const NOAH: (&str, &str) = ("noah.brown7922@example.com", "#W7678072");
const AVA: (&str, &str) = ("ava.nguyen1851@example.com", "#W8732376");
/// What the invoice's procedure says at the end.
const SENT: &str = "is on its way to";

const PIANO: &str = "---
procedure: piano
title: Have a piano tuned
when: The customer wants a piano tuned.
examples:
  - Can you tune my piano?
  - I need a piano tuner
  - my piano is out of tune
  - Do you tune pianos at home?
  - piano tuning please
  - How do I get my piano tuned
  - Please send somebody who tunes pianos
  - Mein Klavier ist verstimmt
version: 1
---
# Have a piano tuned

1. Say when the tuner comes. {#say}
   @say \"The tuner comes on Tuesdays.\"

## Tests
- say: my piano is out of tune
  as: anonymous
  expect: { says: [on Tuesdays], handoff: none }
";

/// A shop whose customers are answered by the agent, and whose procedures somebody looks after.
struct Story {
    shop: Shop,
    agent: Arc<Agent>,
    orders: throughline_shop::Running,
}

impl Story {
    async fn begins(engine: Engine) -> Self {
        let mut shop = Shop::open(engine).await;
        shop.setup.agent = true;
        shop.setup.clock.advance(NOW - shop.setup.clock.now());
        let orders = throughline_shop::start("key").await.expect("a free port");
        let agent = agent(&shop, demo_business(), &orders.base()).await;
        Self {
            shop,
            agent,
            orders,
        }
    }

    /// `from` writes, and `agent` answers.
    async fn asks(&self, agent: &Arc<Agent>, from: &str, text: &str) -> (ConversationId, String) {
        let from = match from.contains('@') {
            true => Identifier::email(from),
            false => Identifier::parse(IdentifierKind::Visitor, from, None),
        };
        let from = from.expect("an address");
        let mut message = self.shop.message(&from, text);
        if from.kind == IdentifierKind::Email {
            message.evidence.assurance = Assurance::from_level(1);
            message.evidence.method = Some("dmarc".to_owned());
        }
        let issue = self.shop.receive(message).await.conversation;
        self.shop.setup.clock.advance(60_000);
        let (runner, _) = at_work(&self.shop, agent.clone()).await;
        runner.run_due().await.expect("the agent takes its turn");
        let said = self.shop.texts(issue).await.pop();
        (issue, said.unwrap_or_default())
    }

    async fn hears(&self, from: &str, text: &str) -> String {
        self.asks(&self.agent, from, text).await.1
    }

    /// Asks for the invoice of an order, as far as the yes.
    async fn asks_for_invoice(&self, (from, order): (&str, &str)) {
        let text = format!("Please email me the invoice of {order}");
        let asked = self.hears(from, &text).await;
        assert!(asked.contains("Shall I go ahead?"), "{asked}");
    }

    async fn publishes(&self, edit: Edit) -> Result<VersionSummary, Error> {
        let prepared = self.agent.prepare(edit).await?;
        let setup = self.shop.setup.clone();
        let db = &self.shop.database.db;
        let published = db
            .write(move |tx| procedures::publish(tx, &setup, &prepared, "member:ana"))
            .await?;
        self.agent.refresh().await?;
        Ok(published)
    }

    /// The text of a file as it is in force.
    async fn text(&self, name: &str) -> String {
        let found = self.shop.database.db.read(procedures::in_force).await;
        let files = found.expect("procedures are in force").files;
        let file = files.into_iter().find(|file| file.name == name);
        file.expect("the file is there").text
    }

    /// The invoice's procedure with one change.
    async fn invoice(&self, from: &str, to: &str) -> Edit {
        let text = self.text("invoice.md").await;
        assert_eq!(text.matches(from).count(), 1, "{from}");
        edit("invoice.md", &text.replace(from, to))
    }
}

fn edit(name: &str, text: &str) -> Edit {
    Edit {
        change: ProcedureEdit {
            files: vec![ProcedureFile {
                name: name.to_owned(),
                text: text.to_owned(),
            }],
            removed: Vec::new(),
        },
        note: "a change".to_owned(),
        ..Edit::default()
    }
}

#[test]
fn a_conversation_goes_on_with_the_procedures_it_began_with() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        story.asks_for_invoice(NOAH).await;
        let changed = story.invoice(SENT, "was sent to").await;
        let published = story.publishes(changed).await.expect("it is published");
        assert_eq!((published.number, published.in_force), (2, true));
        assert_eq!(published.changes.changed, ["invoice.md"]);
        assert_eq!(published.tests, TestOutcome::Passed);

        let told = story.hears(NOAH.0, "yes").await;
        assert!(told.contains(SENT), "it began before: {told}");
        story.asks_for_invoice(AVA).await;
        let told = story.hears(AVA.0, "yes").await;
        assert!(told.contains("was sent to"), "it began after: {told}");
    });
}

#[test]
fn what_was_published_is_rolled_back_and_nothing_is_forgotten() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let db = &story.shop.database.db;
        let changed = story.invoice(SENT, "was sent to").await;
        story.publishes(changed.clone()).await.expect("published");
        let again = story.publishes(changed).await.expect("nothing to do");
        assert_eq!(again.number, 2, "the same files are no news");

        let back = db.read(|tx| procedures::earlier(tx, 1)).await;
        let back = back.expect("there is a first version");
        let third = story.publishes(back).await.expect("it is published");
        assert_eq!((third.number, third.restores), (3, Some(1)));
        story.asks_for_invoice(AVA).await;
        let told = story.hears(AVA.0, "yes").await;
        assert!(told.contains(SENT), "{told}");

        let listed = db.read(|tx| procedures::versions(tx, None, None, 10)).await;
        let listed = listed.expect("versions are listed");
        let said: Vec<(i64, &str, &str)> = listed
            .iter()
            .map(|one| (one.number, one.published_by.as_str(), one.note.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                (3, "member:ana", "back to version 1"),
                (2, "member:ana", "a change"),
                (1, "system", "the first ones, from the folder"),
            ]
        );
        assert_eq!(listed[0].version, listed[2].version);
        let acts = db.read(|tx| audit::list(tx, None, None, 10)).await;
        let acts = acts.expect("acts are listed");
        let acts: Vec<&str> = acts.iter().map(|act| act.action.as_str()).collect();
        assert_eq!(
            acts,
            [
                "procedure.rollback",
                "procedure.publish",
                "procedure.publish"
            ]
        );
    });
}

#[test]
fn whoever_began_with_what_is_no_longer_in_force_is_told() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let mut mine = edit("piano.md", PIANO);
        mine.based_on = Some(1);
        let prepared = story.agent.prepare(mine.clone()).await.expect("it is good");
        let theirs = story.invoice(SENT, "was sent to").await;
        story.publishes(theirs).await.expect("they were first");

        let late = story.publishes(mine.clone()).await.expect_err("too late");
        assert!(matches!(late, Error::Conflict(_)), "{late}");
        assert!(late.to_string().contains("meanwhile"), "{late}");
        let setup = story.shop.setup.clone();
        let later = story
            .shop
            .database
            .db
            .write(move |tx| procedures::publish(tx, &setup, &prepared, "member:ana"))
            .await;
        assert!(
            matches!(later, Err(Error::Conflict(_))),
            "also when it had passed the gate: {later:?}"
        );
        mine.based_on = Some(2);
        let published = story.publishes(mine).await.expect("it is published");
        assert_eq!(published.changes.added, ["piano.md"]);
        assert!(
            story.text("invoice.md").await.contains("was sent to"),
            "theirs is kept"
        );
    });
}

#[test]
fn what_is_wrong_is_named_by_file_and_line_and_not_published() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let broken = story.invoice("@collect order", "@collect ordre").await;
        let text = &broken.change.files[0].text;
        let line = 1 + text
            .lines()
            .position(|line| line.contains("ordre"))
            .expect("it");
        let problems = story.agent.check_procedures(&broken.change).await;
        let problems = problems.expect("it is checked");
        assert!(
            problems.iter().any(|one| !one.warning
                && (one.file.as_str(), one.line) == ("procedures/invoice.md", line)),
            "{problems:?}"
        );
        let refused = story.publishes(broken).await.expect_err("it is wrong");
        assert!(
            matches!(refused, Error::Invalid { field: "files", .. }),
            "{refused}"
        );
        let place = format!("procedures/invoice.md:{line}: error");
        assert!(refused.to_string().contains(&place), "{refused}");

        let mut gone = Edit::default();
        gone.change.removed.push("refund-status.md".to_owned());
        let refused = story.publishes(gone).await.expect_err("others lead there");
        assert!(refused.to_string().contains("refund-status"), "{refused}");
        let mut elsewhere = edit("../piano.md", PIANO);
        let refused = story.publishes(elsewhere.clone()).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
        elsewhere.change.files.clear();
        elsewhere.change.removed.push("nothing.md".to_owned());
        let refused = story.publishes(elsewhere).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    });
}

#[test]
fn a_test_that_fails_is_named_and_passes_only_with_a_reason() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let mut hasty = edit(
            "piano.md",
            &PIANO.replace("comes on Tuesdays", "comes soon"),
        );
        let refused = story.publishes(hasty.clone()).await.expect_err("a test");
        assert!(matches!(refused, Error::Conflict(_)), "{refused}");
        let told = refused.to_string();
        assert!(
            told.contains("1 of 17 tests")
                && told.contains("procedures/piano.md:22: on webchat: says: 'on Tuesdays'")
                && told.contains("administrator"),
            "{told}"
        );
        let tried = story.agent.test_procedure("piano", &hasty.change).await;
        let tried = tried.expect("it is played");
        assert!(
            tried[0].runs.iter().all(|run| run.problems.len() == 1),
            "the same before it is published: {tried:?}"
        );

        hasty.despite = Some("  ".to_owned());
        assert!(story.publishes(hasty.clone()).await.is_err());
        hasty.despite = Some("he has a cold".to_owned());
        let published = story.publishes(hasty).await.expect("there is a reason");
        assert_eq!(published.tests, TestOutcome::Failed);
        assert_eq!(published.overridden.as_deref(), Some("he has a cold"));
        let db = &story.shop.database.db;
        let acts = db.read(|tx| audit::list(tx, Some("procedure.publish"), None, 1));
        let acts = acts.await.expect("acts are listed");
        assert_eq!(acts[0].details["despite"], "he has a cold");

        let other = story.invoice(SENT, "was sent to").await;
        let published = story.publishes(other).await.expect("it is no worse");
        assert_eq!(published.tests, TestOutcome::Passed);
        let kept = db.read(move |tx| procedures::version(tx, published.number));
        let report = kept
            .await
            .expect("it is kept")
            .report
            .expect("with its tests");
        assert!(report.note.contains("in force too"), "{}", report.note);
    });
}

#[test]
fn another_process_follows_and_understands_what_is_new() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let elsewhere = agent(&story.shop, demo_business(), &story.orders.base()).await;
        story
            .publishes(edit("piano.md", PIANO))
            .await
            .expect("it is published");
        assert!(elsewhere.procedure("piano").await.is_err(), "not yet");
        assert!(elsewhere.refresh().await.expect("it is followed"));
        assert!(!elsewhere.refresh().await.expect("there is nothing new"));
        let (_, told) = story
            .asks(&elsewhere, "browser-1", "Hello, can you tune my piano?")
            .await;
        assert!(told.contains("on Tuesdays"), "{told}");

        let mut gone = Edit::default();
        gone.change.removed.push("piano.md".to_owned());
        let published = story.publishes(gone).await.expect("nobody leads there");
        assert_eq!(published.changes.removed, ["piano.md"]);
        elsewhere.refresh().await.expect("it is followed");
        let (_, told) = story
            .asks(&elsewhere, "browser-2", "Hello, can you tune my piano?")
            .await;
        assert!(!told.contains("on Tuesdays"), "{told}");
    });
}

#[test]
fn a_folder_is_adopted_once_and_then_what_was_published_counts() {
    on_both_engines(|engine| async move {
        let story = Story::begins(engine).await;
        let changed = story.invoice(SENT, "was sent to").await;
        story.publishes(changed).await.expect("it is published");
        let restarted = agent(&story.shop, demo_business(), &story.orders.base()).await;
        let invoice = restarted.procedure("invoice").await.expect("it is there");
        assert!(invoice.source.contains("was sent to"), "not the folder's");
        assert!(invoice.problems.iter().all(|problem| problem.warning));
    });
}
