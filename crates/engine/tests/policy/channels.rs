//! The same answer on every channel.

use crate::shop::{DAY, decide, files, named, publish, the_return};
use throughline_engine::{Error, conversation, endpoint, identity};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::identifier::IdentifierKind;
use throughline_policy::Decision;
use throughline_policy::facts::Session;
use throughline_testkit::{Shop, on_both_engines};

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
