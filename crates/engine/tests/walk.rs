//! The walk of a message: one customer, one conversation, whatever the channel.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use throughline_engine::conversation::{self, Author, View};
use throughline_engine::identity::{self, code};
use throughline_engine::reply::{self, NewReply};
use throughline_engine::{Error, Result};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::conversation::{CaseStatus, Direction};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::outbound::DeliveryStatus;
use throughline_testkit::{Shop, on_both_engines};

fn visitor(name: &str) -> Identifier {
    Identifier {
        kind: IdentifierKind::Visitor,
        value: name.to_owned(),
    }
}

fn ana_mail() -> Identifier {
    Identifier::email("ana@example.com").unwrap()
}

fn ana_phone() -> Identifier {
    Identifier::phone("+4915112345678").unwrap()
}

/// `from` proves `to` by a code, the way the chat page does it.
async fn proves(shop: &Shop, from: &Identifier, to: &Identifier) {
    let (from, to, setup) = (from.clone(), to.clone(), shop.setup.clone());
    let redeemed = shop
        .database
        .db
        .write(move |tx| -> Result<_> {
            let holder = identity::recognise(tx, &setup.clock, &from, None)?.identifier;
            let target = identity::recognise(tx, &setup.clock, &to, None)?.identifier;
            let issued = code::issue(tx, &setup, holder, target, None, 5)?;
            code::redeem(tx, &setup, holder, target, &issued.code)
        })
        .await
        .unwrap();
    assert!(redeemed.is_some());
}

#[test]
fn a_customer_goes_from_chat_to_mail_to_text_and_stays_one_customer_with_one_conversation() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let chat = visitor("browser-1");
        let first = shop.hears(&chat, "I want to send my lamp back").await;
        assert!(first.started);
        proves(&shop, &chat, &ana_mail()).await;
        proves(&shop, &chat, &ana_phone()).await;
        let second = shop
            .hears(&ana_mail(), "Here is the picture of the lamp")
            .await;
        let third = shop.hears(&ana_phone(), "Please text me the label").await;
        assert_eq!(
            (second.conversation, third.conversation),
            (first.conversation, first.conversation)
        );

        let setup = shop.setup.clone();
        let (entries, sent, lines) = shop
            .database
            .db
            .write(move |tx| -> Result<_> {
                let reply = NewReply::new(
                    first.conversation,
                    "Here is your label".into(),
                    "label-1".into(),
                    Author::system(),
                );
                let sent = reply::send(tx, &setup, reply)?;
                let entries =
                    conversation::entries(tx, first.conversation, 0, 100, View::Everything)?;
                Ok((
                    entries,
                    sent,
                    conversation::interactions(tx, first.conversation)?,
                ))
            })
            .await
            .unwrap();
        let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(
            numbers,
            (1..=entries.len() as i64).collect::<Vec<_>>(),
            "no gaps"
        );
        assert_eq!(lines.len(), 3);
        let answer = entries.last().unwrap();
        assert_eq!(
            (answer.direction, answer.channel),
            (Direction::Out, Some(Channel::Sms)),
            "it goes back the way it came"
        );
        assert_eq!(sent.status, DeliveryStatus::Queued);
    });
}

#[test]
fn a_message_delivered_again_is_stored_once() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let message = shop.message(&ana_mail(), "Hello");
        let first = shop.receive(message.clone()).await;
        let again = shop.receive(message).await;
        assert!(again.duplicate);
        assert_eq!(
            (again.conversation, again.seq),
            (first.conversation, first.seq)
        );
        assert_eq!(shop.texts(first.conversation).await, ["Hello"]);
    });
}

#[test]
fn the_same_message_from_many_hands_at_once_is_stored_once_and_ten_messages_have_no_gaps() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let message = shop.message(&ana_mail(), "Hello");
        let same = (0..8).map(|_| shop.receive(message.clone()));
        let first = futures::future::join_all(same).await;
        assert_eq!(
            first.iter().filter(|received| !received.duplicate).count(),
            1
        );
        let others: Vec<_> = (0..10)
            .map(|number| shop.message(&ana_mail(), &number.to_string()))
            .collect();
        let received =
            futures::future::join_all(others.into_iter().map(|message| shop.receive(message)))
                .await;
        let mut numbers: Vec<i64> = received.iter().map(|received| received.seq).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (2..=11).collect::<Vec<_>>());
        assert!(
            received
                .iter()
                .all(|one| one.conversation == first[0].conversation)
        );
    });
}

#[test]
fn two_addresses_of_one_customer_writing_at_once_do_not_start_two_conversations() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        proves(&shop, &visitor("browser-1"), &ana_mail()).await;
        proves(&shop, &visitor("browser-1"), &ana_phone()).await;
        let messages = [
            shop.message(&ana_mail(), "by mail"),
            shop.message(&ana_phone(), "by text"),
        ];
        let received =
            futures::future::join_all(messages.into_iter().map(|message| shop.receive(message)))
                .await;
        assert_eq!(received[0].conversation, received[1].conversation);
    });
}

#[test]
fn an_explicit_new_issue_starts_a_new_conversation_and_an_old_one_is_not_opened_again() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let first = shop.hears(&ana_mail(), "My lamp is broken").await;
        let mut other = shop.message(&ana_mail(), "And another thing");
        other.thread.new_issue = true;
        assert_ne!(shop.receive(other).await.conversation, first.conversation);

        let setup = shop.setup.clone();
        let resolve = conversation::Change {
            status: Some(CaseStatus::Resolved),
            ..Default::default()
        };
        shop.setup.clock.advance(60_000);
        for id in [first.conversation] {
            let (setup, resolve) = (setup.clone(), resolve.clone());
            shop.database
                .db
                .write(move |tx| conversation::change(tx, &setup, id, &resolve, Author::system()))
                .await
                .unwrap();
        }
        shop.setup.clock.advance(6 * 86_400_000);
        let mut answer = shop.message(&ana_mail(), "It broke again");
        answer.thread.conversation = Some(first.conversation);
        assert_eq!(
            shop.receive(answer).await.conversation,
            first.conversation,
            "within the window it opens again"
        );
        let (setup, resolve) = (setup.clone(), resolve.clone());
        let id = first.conversation;
        shop.database
            .db
            .write(move |tx| conversation::change(tx, &setup, id, &resolve, Author::system()))
            .await
            .unwrap();
        shop.setup.clock.advance(8 * 86_400_000);
        let mut late = shop.message(&ana_mail(), "It broke a third time");
        late.thread.conversation = Some(first.conversation);
        assert_ne!(
            shop.receive(late).await.conversation,
            first.conversation,
            "after the window a new one starts"
        );
    });
}

#[test]
fn a_code_is_needed_to_carry_a_conversation_to_a_phone() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let chat = visitor("browser-1");
        let started = shop.hears(&chat, "Please text me").await;
        let setup = shop.setup.clone();
        let (from, to) = (chat.clone(), ana_phone());
        let issued = shop
            .database
            .db
            .write(move |tx| -> Result<_> {
                let holder = identity::recognise(tx, &setup.clock, &from, None)?.identifier;
                let target = identity::recognise(tx, &setup.clock, &to, None)?.identifier;
                code::issue(tx, &setup, holder, target, Some(started.conversation), 5)
            })
            .await
            .unwrap();
        let wrong = shop.hears(&ana_phone(), "Who is this?").await;
        assert_ne!(
            wrong.conversation, started.conversation,
            "a stranger's answer does not land in the chat"
        );
        let yes = shop.hears(&ana_phone(), "Yes").await;
        assert_ne!(
            yes.conversation, started.conversation,
            "anybody can say yes in her name"
        );
        let right = shop
            .hears(&ana_phone(), &format!("It is {}", issued.code))
            .await;
        assert_eq!(right.conversation, started.conversation);
        assert_eq!(
            shop.customer(right.conversation).await,
            shop.customer(started.conversation).await
        );
    });
}

#[test]
fn codes_are_limited_and_a_guess_is_counted() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let setup = shop.setup.clone();
        let outcome = shop
            .database
            .db
            .write(move |tx| -> Result<_> {
                let holder =
                    identity::recognise(tx, &setup.clock, &visitor("browser-1"), None)?.identifier;
                let target = identity::recognise(tx, &setup.clock, &ana_mail(), None)?.identifier;
                let issued = code::issue(tx, &setup, holder, target, None, 2)?;
                let wrong = if issued.code == "000000" {
                    "000001"
                } else {
                    "000000"
                };
                for _ in 0..5 {
                    assert!(code::redeem(tx, &setup, holder, target, wrong)?.is_none());
                }
                assert!(matches!(
                    code::redeem(tx, &setup, holder, target, &issued.code),
                    Err(Error::TooMany { .. })
                ));
                code::issue(tx, &setup, holder, target, None, 2)?;
                Ok(code::issue(tx, &setup, holder, target, None, 2).map(drop))
            })
            .await
            .unwrap();
        assert!(matches!(outcome, Err(Error::TooMany { .. })));
    });
}

#[test]
fn mail_that_fails_its_checks_lands_with_nobody_it_claims_to_be() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let real = shop.hears(&ana_mail(), "My address is 1 Garden Lane").await;
        let mut forged = shop.message(&ana_mail(), "Send my order to 2 Thief Road");
        forged.evidence.contradicted = true;
        forged.thread.conversation = Some(real.conversation);
        let forged = shop.receive(forged).await;
        assert_ne!(forged.conversation, real.conversation);
        assert_ne!(
            shop.customer(forged.conversation).await,
            shop.customer(real.conversation).await
        );
        let setup = shop.setup.clone();
        let answer = shop
            .database
            .db
            .write(move |tx| {
                reply::send(
                    tx,
                    &setup,
                    NewReply::new(
                        forged.conversation,
                        "Hello".into(),
                        "m1".into(),
                        Author::system(),
                    ),
                )
            })
            .await;
        assert!(matches!(answer, Err(Error::Conflict(_))));
    });
}

#[test]
fn one_client_message_id_sends_once() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let heard = shop.hears(&ana_mail(), "Hello").await;
        let setup = shop.setup.clone();
        let db = shop.database.db.clone();
        let send = || {
            let (db, setup) = (db.clone(), setup.clone());
            async move {
                let reply = NewReply::new(
                    heard.conversation,
                    "Hi Ana".into(),
                    "m1".into(),
                    Author::system(),
                );
                db.write(move |tx| reply::send(tx, &setup, reply.clone()))
                    .await
            }
        };
        let (first, again) = (send().await.unwrap(), send().await.unwrap());
        assert!(!first.duplicate && again.duplicate);
        assert_eq!((first.entry, first.delivery), (again.entry, again.delivery));
    });
}

#[test]
fn what_a_message_proves_counts_for_half_an_hour() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let mut mail = shop.message(&ana_mail(), "Hello");
        mail.evidence.assurance = Assurance::WEAK;
        mail.evidence.method = Some("dmarc".to_owned());
        shop.receive(mail).await;
        let now = async |shop: &Shop| {
            let setup = shop.setup.clone();
            let db = shop.database.db.clone();
            db.write(move |tx| -> Result<_> {
                let ana = identity::recognise(tx, &setup.clock, &ana_mail(), None)?;
                identity::assurance(tx, &setup.clock, ana.identifier)
            })
            .await
        };
        assert_eq!(now(&shop).await.unwrap(), Assurance::WEAK);
        shop.setup.clock.advance(31 * 60_000);
        assert_eq!(now(&shop).await.unwrap(), Assurance::NONE);
    });
}

#[test]
fn a_recycled_number_opens_a_new_epoch_without_the_old_holders_history() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        proves(&shop, &visitor("anas-browser"), &ana_mail()).await;
        proves(&shop, &visitor("anas-browser"), &ana_phone()).await;
        let old = shop.hears(&ana_phone(), "This is Ana").await;
        shop.setup.clock.advance(200 * 86_400_000);
        let ben = Identifier::email("ben@example.com").unwrap();
        proves(&shop, &visitor("bens-browser"), &ben).await;
        proves(&shop, &visitor("bens-browser"), &ana_phone()).await;
        let new = shop.hears(&ana_phone(), "This is Ben").await;
        assert_ne!(new.conversation, old.conversation);
        let (anas, bens) = (
            shop.customer(old.conversation).await,
            shop.customer(new.conversation).await,
        );
        assert_ne!(anas, bens);
        let by_mail = shop.hears(&ben, "Ben by mail").await;
        assert_eq!(shop.customer(by_mail.conversation).await, bens);
    });
}

#[test]
fn two_accounts_on_one_phone_never_merge() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        for name in ["a-1", "b-2"] {
            let account = Identifier {
                kind: IdentifierKind::Account,
                value: name.to_owned(),
            };
            proves(&shop, &visitor(name), &account).await;
            proves(&shop, &account, &ana_phone()).await;
        }
        let (one, two) = (
            shop.hears(&visitor("a-1"), "I am one").await,
            shop.hears(&visitor("b-2"), "I am two").await,
        );
        assert_ne!(
            shop.customer(one.conversation).await,
            shop.customer(two.conversation).await
        );
        let by_text = shop.hears(&ana_phone(), "Who am I?").await;
        assert!(
            ![one.conversation, two.conversation].contains(&by_text.conversation),
            "a shared phone discloses neither"
        );
    });
}
