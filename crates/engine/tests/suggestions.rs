//! People who may be one are suggested to members, and never linked by themselves.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use serde_json::json;
use throughline_engine::Result;
use throughline_engine::identity::{self, Profile};
use throughline_model::identifier::Identifier;
use throughline_testkit::{Shop, on_both_engines};

fn ana(name: &str) -> Profile {
    let details = json!({ "postcode": "2604", "suburb": "kingston", "street_number": "12", "address_1": "garden lane", "date_of_birth": "19840312" });
    profile(name, &details)
}

fn ben() -> Profile {
    let details = json!({ "postcode": "9100", "suburb": "kingston", "street_number": "7", "address_1": "harbour road", "date_of_birth": "19710930" });
    profile("Ben Okoro", &details)
}

fn profile(name: &str, details: &serde_json::Value) -> Profile {
    Profile {
        name: Some(name.to_owned()),
        attributes: details.as_object().cloned().unwrap(),
    }
}

#[test]
fn the_same_person_under_two_addresses_is_suggested_until_a_member_says_otherwise() {
    on_both_engines(async |engine| {
        let shop = Shop::open(engine).await;
        let people = [
            ("ana.silva@example.com", ana("Ana Silva")),
            ("asilva@example.net", ana("Anna Silva")),
            ("ben@example.com", ben()),
        ];
        let mut customers = Vec::new();
        for (address, details) in people {
            let heard = shop
                .hears(&Identifier::email(address).unwrap(), "Hello")
                .await;
            let customer = shop.customer(heard.conversation).await;
            let clock = shop.setup.clock.clone();
            shop.database
                .db
                .write(move |tx| identity::set_profile(tx, &clock, customer, &details))
                .await
                .unwrap();
            customers.push(customer);
        }
        let (ana, anna) = (customers[0], customers[1]);
        let setup = shop.setup.clone();
        let (before, after) = shop
            .database
            .db
            .write(move |tx| -> Result<_> {
                let before = identity::suggestions(tx, &setup, ana)?;
                identity::not_same(tx, &setup, ana, anna, "member:test", "twins")?;
                Ok((before, identity::suggestions(tx, &setup, ana)?))
            })
            .await
            .unwrap();
        assert_eq!(
            before.iter().map(|one| (one.a, one.b)).collect::<Vec<_>>(),
            [(ana.min(anna), ana.max(anna))]
        );
        assert!(after.is_empty());
        assert_ne!(
            shop.customer(
                shop.hears(&Identifier::email("asilva@example.net").unwrap(), "Again")
                    .await
                    .conversation
            )
            .await,
            ana
        );
    });
}
