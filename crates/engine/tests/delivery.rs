//! An answer on its way out: at most once per client id, in order, and its state is the truth.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use throughline_engine::conversation::Author;
use throughline_engine::delivery::{self, Deliverer, Delivery, Rate};
use throughline_engine::job::{self, Runner};
use throughline_engine::notification::{self, NotificationKind};
use throughline_engine::policy::{self, PolicyKind};
use throughline_engine::reply::{self, NewReply};
use throughline_engine::{Error, consent, identity};
use throughline_model::channel::ChannelAdapter;
use throughline_model::conversation::{AuthorKind, EntryKind, Role};
use throughline_model::id::ConversationId;
use throughline_model::identifier::Identifier;
use throughline_model::outbound::{DeliveryStatus, Outbound, Reconciled, SendOutcome, StatusNews};
use throughline_policy::delivery::Purpose;
use throughline_testkit::{Shop, on_both_engines};

/// A provider that answers as it is told and remembers what it took.
#[derive(Default)]
struct Provider {
    answers: Mutex<VecDeque<SendOutcome>>,
    knows: Mutex<VecDeque<Reconciled>>,
    took: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl ChannelAdapter for Provider {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        self.took.lock().unwrap().push(message.text.clone());
        let number = self.took.lock().unwrap().len();
        let sent = SendOutcome::Sent {
            provider_id: format!("P{number}"),
            parts: Some(1),
        };
        self.answers.lock().unwrap().pop_front().unwrap_or(sent)
    }

    async fn reconcile(&self, _: &Outbound) -> Reconciled {
        self.knows
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Reconciled::CannotTell)
    }
}

struct Outbox {
    shop: Shop,
    provider: Arc<Provider>,
    runner: Runner,
    conversation: ConversationId,
}

impl Outbox {
    async fn open(engine: throughline_storage::Engine) -> Self {
        Self::at_rate(engine, HashMap::new()).await
    }

    async fn at_rate(engine: throughline_storage::Engine, per_second: HashMap<(), u32>) -> Self {
        let shop = Shop::open(engine).await;
        let provider = Arc::new(Provider::default());
        let adapters = [(shop.sms, Arc::clone(&provider) as Arc<dyn ChannelAdapter>)].into();
        let rates = per_second
            .values()
            .map(|per_second| {
                (
                    shop.sms,
                    Rate {
                        per_second: *per_second,
                    },
                )
            })
            .collect();
        let db = shop.database.db.clone();
        let deliverer = Deliverer::new(
            db.clone(),
            shop.setup.clone(),
            shop.files.clone(),
            adapters,
            rates,
        );
        let runner =
            Runner::new(db, shop.setup.clone()).with(delivery::DELIVER, Arc::new(deliverer), 8);
        let conversation = shop.hears(&phone(), "Hello").await.conversation;
        Self {
            shop,
            provider,
            runner,
            conversation,
        }
    }

    async fn answer(&self, text: &str) -> Delivery {
        self.answer_of(Author::system(), text).await
    }

    async fn answer_of(&self, author: Author, text: &str) -> Delivery {
        let (setup, conversation, text) =
            (self.shop.setup.clone(), self.conversation, text.to_owned());
        let write = self.shop.database.db.write(move |tx| {
            let reply = NewReply::new(conversation, text.clone(), text.clone(), author.clone());
            let sent = reply::send(tx, &setup, reply)?;
            delivery::get(tx, sent.delivery)
        });
        write.await.unwrap()
    }

    async fn work(&self) {
        self.runner.run_due().await.unwrap();
    }

    async fn work_after(&self, ms: i64) {
        self.shop.setup.clock.advance(ms);
        self.work().await;
    }

    async fn now(&self, sent: &Delivery) -> Delivery {
        let id = sent.id;
        self.shop
            .database
            .db
            .read(move |tx| delivery::get(tx, id))
            .await
            .unwrap()
    }

    fn took(&self) -> Vec<String> {
        self.provider.took.lock().unwrap().clone()
    }

    fn answers(&self, outcome: SendOutcome) {
        self.provider.answers.lock().unwrap().push_back(outcome);
    }

    fn knows(&self, answer: Reconciled) {
        self.provider.knows.lock().unwrap().push_back(answer);
    }
}

fn phone() -> Identifier {
    Identifier::phone("+4915112345678").unwrap()
}

fn unknown() -> SendOutcome {
    SendOutcome::Unknown {
        reason: "no answer".to_owned(),
    }
}

#[test]
fn answers_leave_in_the_order_they_were_written_each_once() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        let first = outbox.answer("one").await;
        outbox.answer("two").await;
        outbox.answer("three").await;
        outbox.work().await;
        outbox.work_after(3_600_000).await;
        assert_eq!(outbox.took(), ["one", "two", "three"]);
        let first = outbox.now(&first).await;
        assert_eq!(
            (first.status, first.provider_id.as_deref(), first.parts),
            (DeliveryStatus::Sent, Some("P1"), Some(1))
        );
    });
}

#[test]
fn what_the_provider_refused_for_now_is_tried_again_and_holds_back_what_comes_after() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        outbox.answers(SendOutcome::Retry {
            reason: "busy".to_owned(),
            after_ms: Some(5_000),
        });
        let first = outbox.answer("one").await;
        outbox.answer("two").await;
        outbox.work().await;
        assert_eq!(outbox.took(), ["one"], "two waits for one");
        assert_eq!(outbox.now(&first).await.status, DeliveryStatus::Queued);
        outbox.work_after(5_000).await;
        assert_eq!(outbox.took(), ["one", "one", "two"]);
        assert_eq!(outbox.now(&first).await.attempts, 2);
    });
}

#[test]
fn a_permanent_refusal_is_not_tried_again_until_a_person_says_so() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        outbox.answers(SendOutcome::Permanent {
            code: "21610".to_owned(),
            reason: "opted out".to_owned(),
        });
        let sent = outbox.answer("one").await;
        outbox.work().await;
        outbox.work_after(86_400_000).await;
        let failed = outbox.now(&sent).await;
        assert_eq!(
            (failed.status, failed.code.as_deref()),
            (DeliveryStatus::Failed, Some("21610"))
        );
        let setup = outbox.shop.setup.clone();
        outbox
            .shop
            .database
            .db
            .write(move |tx| delivery::retry(tx, &setup, sent.id))
            .await
            .unwrap();
        outbox.work().await;
        assert_eq!(outbox.now(&failed).await.status, DeliveryStatus::Sent);
        assert_eq!(outbox.took().len(), 2);
    });
}

#[test]
fn whoever_wrote_what_did_not_arrive_is_told_of_it() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        let ana = outbox.shop.hires("Ana", Role::Agent).await;
        let author = Author {
            kind: AuthorKind::Member,
            id: Some(ana.id.uuid()),
            name: Some(ana.name),
        };
        outbox.answers(SendOutcome::Permanent {
            code: "21610".to_owned(),
            reason: "opted out".to_owned(),
        });
        let lost = outbox
            .answer_of(author.clone(), "It arrives tomorrow.")
            .await;
        outbox.answer_of(author, "Is that all right?").await;
        outbox.work().await;
        let db = &outbox.shop.database.db;
        let told = db.read(move |tx| notification::list(tx, ana.id, true, None, 10));
        let told = told.await.unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.kind, one.seq, one.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [(
                NotificationKind::Undelivered,
                lost.seq,
                "It arrives tomorrow."
            )]
        );
    });
}

#[test]
fn an_unknown_outcome_is_asked_about_and_never_blindly_sent_again() {
    on_both_engines(async |engine| {
        for (answer, status, times) in [
            (
                Reconciled::Found {
                    provider_id: "P9".to_owned(),
                },
                DeliveryStatus::Sent,
                1,
            ),
            (Reconciled::NotFound, DeliveryStatus::Sent, 2),
            (Reconciled::CannotTell, DeliveryStatus::Unknown, 1),
        ] {
            let outbox = Outbox::open(engine).await;
            outbox.answers(unknown());
            outbox.knows(answer);
            let sent = outbox.answer("one").await;
            outbox.work().await;
            assert_eq!(outbox.now(&sent).await.status, DeliveryStatus::Unknown);
            outbox.work_after(60_000).await;
            outbox.work_after(3_600_000).await;
            assert_eq!(
                (outbox.now(&sent).await.status, outbox.took().len()),
                (status, times)
            );
        }
    });
}

#[test]
fn a_worker_that_died_while_sending_leaves_a_question_not_a_second_message() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        let sent = outbox.answer("one").await;
        // What a process that is killed right after handing the message over leaves behind.
        let (id, setup) = (sent.id, outbox.shop.setup.clone());
        let left_behind =
            outbox
                .shop
                .database
                .db
                .write(move |tx| -> throughline_engine::Result<_> {
                    let claimed = job::claim(tx, &setup.clock, delivery::DELIVER, 1)?;
                    delivery::start(tx, &setup.clock, id)?;
                    Ok(claimed.len())
                });
        assert_eq!(left_behind.await.unwrap(), 1);
        outbox.knows(Reconciled::Found {
            provider_id: "P1".to_owned(),
        });
        outbox.work_after(job::LEASE_MS - 1).await;
        assert_eq!(
            outbox.now(&sent).await.status,
            DeliveryStatus::Sending,
            "its worker may still live"
        );
        outbox.work_after(2).await;
        assert_eq!(outbox.now(&sent).await.status, DeliveryStatus::Sent);
        assert!(outbox.took().is_empty(), "nothing was sent a second time");
    });
}

#[test]
fn news_of_a_delivery_never_goes_backwards() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        let sent = outbox.answer("one").await;
        outbox.work().await;
        for (news, expected) in [
            (DeliveryStatus::Delivered, DeliveryStatus::Delivered),
            (DeliveryStatus::Sent, DeliveryStatus::Delivered),
            (DeliveryStatus::Failed, DeliveryStatus::Delivered),
            (DeliveryStatus::Read, DeliveryStatus::Read),
        ] {
            let (setup, endpoint) = (outbox.shop.setup.clone(), outbox.shop.sms);
            let news = StatusNews {
                provider_id: "P1".to_owned(),
                delivery: None,
                status: news,
                code: None,
                reason: None,
            };
            outbox
                .shop
                .database
                .db
                .write(move |tx| delivery::note(tx, &setup, endpoint, &news))
                .await
                .unwrap();
            assert_eq!(outbox.now(&sent).await.status, expected);
        }
    });
}

#[test]
fn an_endpoint_sends_no_faster_than_it_may() {
    on_both_engines(async |engine| {
        let outbox = Outbox::at_rate(engine, [((), 1)].into()).await;
        for text in ["one", "two", "three"] {
            outbox.answer(text).await;
        }
        outbox.work().await;
        assert_eq!(outbox.took(), ["one"]);
        outbox.work_after(1_000).await;
        assert_eq!(outbox.took(), ["one", "two"]);
        outbox.work_after(1_000).await;
        assert_eq!(outbox.took(), ["one", "two", "three"]);
    });
}

#[test]
fn nobody_is_written_to_after_opting_out_except_once_to_confirm() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        let shop = &outbox.shop;
        let stop = shop.message(&phone(), "STOP");
        let circumstances = throughline_engine::intake::Circumstances {
            wish: Some(consent::Wish::OptOut { confirm: true }),
            ..Default::default()
        };
        let receive = throughline_engine::intake::receive(
            &shop.database.db,
            &shop.setup,
            &shop.files,
            stop,
            circumstances,
        );
        receive.await.unwrap();
        outbox.work().await;
        assert_eq!(outbox.took().len(), 1, "the confirmation");
        let (setup, conversation) = (shop.setup.clone(), outbox.conversation);
        let answer = shop.database.db.write(move |tx| {
            reply::send(
                tx,
                &setup,
                NewReply::new(conversation, "Hello?".into(), "m".into(), Author::system()),
            )
        });
        assert!(matches!(answer.await, Err(Error::Conflict(_))));
        let setup = shop.setup.clone();
        let known = shop
            .database
            .db
            .write(move |tx| identity::recognise(tx, &setup.clock, &phone(), None))
            .await
            .unwrap();
        assert_eq!(
            known.customer,
            shop.customer(outbox.conversation).await,
            "opting out is not leaving"
        );
    });
}

/// A message for a purpose, over the line the customer used last.
async fn write(outbox: &Outbox, text: &str, purpose: Purpose) -> Result<Delivery, Error> {
    let (setup, conversation) = (outbox.shop.setup.clone(), outbox.conversation);
    let text = text.to_owned();
    let write = outbox.shop.database.db.write(move |tx| {
        let mut reply = NewReply::new(conversation, text.clone(), text.clone(), Author::system());
        reply.purpose = purpose;
        let sent = reply::send(tx, &setup, reply)?;
        delivery::get(tx, sent.delivery)
    });
    write.await
}

/// The customer is known to live there.
async fn lives_in(outbox: &Outbox, zone: &str) {
    let (clock, zone) = (outbox.shop.setup.clock.clone(), zone.to_owned());
    let customer = outbox.shop.customer(outbox.conversation).await;
    let profile = move || identity::Profile {
        name: None,
        attributes: serde_json::Map::from_iter([("time_zone".to_owned(), zone.clone().into())]),
    };
    let set = outbox
        .shop
        .database
        .db
        .write(move |tx| identity::set_profile(tx, &clock, customer, &profile()));
    set.await.unwrap();
}

#[test]
fn a_notice_at_night_waits_for_the_morning_and_an_answer_passes_it() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        // It is one minute past nine in the morning at the shop, and four in New York.
        lives_in(&outbox, "America/New_York").await;
        let notice = write(&outbox, "your lamp has left", Purpose::Notice)
            .await
            .unwrap();
        outbox.work().await;
        let answer = write(&outbox, "you are welcome", Purpose::Answer)
            .await
            .unwrap();
        outbox.work().await;
        assert_eq!(outbox.took(), ["you are welcome"]);
        assert_eq!(outbox.now(&answer).await.status, DeliveryStatus::Sent);
        assert_eq!(outbox.now(&notice).await.status, DeliveryStatus::Queued);
        // One minute to eight there, then eight.
        outbox.work_after(3 * 3_600_000 + 58 * 60_000).await;
        assert_eq!(outbox.took().len(), 1);
        outbox.work_after(60_000).await;
        assert_eq!(outbox.took(), ["you are welcome", "your lamp has left"]);
        assert_eq!(outbox.now(&notice).await.status, DeliveryStatus::Sent);
    });
}

#[test]
fn a_message_under_way_stops_when_the_customer_wants_no_more() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        lives_in(&outbox, "America/New_York").await;
        let notice = write(&outbox, "your lamp has left", Purpose::Notice)
            .await
            .unwrap();
        outbox.work().await;
        let shop = &outbox.shop;
        let circumstances = throughline_engine::intake::Circumstances {
            wish: Some(consent::Wish::OptOut { confirm: false }),
            ..Default::default()
        };
        throughline_engine::intake::receive(
            &shop.database.db,
            &shop.setup,
            &shop.files,
            shop.message(&phone(), "STOP"),
            circumstances,
        )
        .await
        .unwrap();
        outbox.work_after(6 * 3_600_000).await;
        assert_eq!(outbox.took(), Vec::<String>::new());
        let stopped = outbox.now(&notice).await;
        assert_eq!(
            (stopped.status, stopped.code.as_deref()),
            (DeliveryStatus::Failed, Some("consent.opted_out"))
        );
        let conversation = outbox.conversation;
        let entries = shop
            .database
            .db
            .read(move |tx| {
                use throughline_engine::conversation::{View, entries};
                entries(tx, conversation, 0, 100, View::Everything)
            })
            .await
            .unwrap();
        let told = entries
            .iter()
            .find(|entry| entry.kind == EntryKind::Decision)
            .unwrap();
        assert_eq!(told.body["decision"]["rules"][0]["id"], "consent.opted_out");
        assert_eq!(
            told.body["decision"]["version"],
            shop.setup.policy.delivery.get().version().as_str()
        );
    });
}

#[test]
fn what_was_decided_about_messages_shows_what_an_edit_would_change() {
    on_both_engines(async |engine| {
        let outbox = Outbox::open(engine).await;
        lives_in(&outbox, "Europe/Berlin").await;
        write(&outbox, "your lamp has left", Purpose::Notice)
            .await
            .unwrap();
        outbox.work().await;
        assert_eq!(outbox.took().len(), 1, "it is ten in the morning in Berlin");
        let mut sources = throughline_policy::built_in::delivery_sources();
        let rules = &mut sources.rules[0].text;
        *rules = rules.replace("local_minute < 480", "local_minute < 660");
        let files = [&sources.schema, &sources.document, &sources.rules[0]];
        let files = files.into_iter().cloned().collect();
        let edit = policy::usable(PolicyKind::Delivery, files).await.unwrap();
        let (db, in_force) = (&outbox.shop.database.db, &outbox.shop.setup.policy);
        let impact = policy::impact(db, in_force, Arc::new(edit)).await.unwrap();
        assert_eq!((impact.examined, impact.tightened), (1, 1));
        assert_eq!(impact.changes[0].action, "notice by sms");
        assert_eq!(impact.changes[0].after.rules, ["quiet.hours"]);
    });
}
