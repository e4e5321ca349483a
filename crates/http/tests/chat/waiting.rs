//! Waiting for a person.

use crate::shop::ChatShop;
use crate::streams::Stream;
use serde_json::{Value, json};
use throughline_engine::routing::Presence;
use throughline_engine::setting;
use throughline_model::conversation::Role;
use throughline_model::id::MemberId;
use throughline_storage::Hint;
use throughline_testkit::on_both_engines;

async fn takes(shop: &ChatShop, member: MemberId) {
    let me = shop.routing.me(member).await.unwrap();
    let token = me.offers[0].token;
    shop.routing.answer(member, token, true).await.unwrap();
}

async fn told(stream: &mut Stream) -> Value {
    stream.next("waiting").await.unwrap().data
}

#[test]
fn a_visitor_hears_how_the_line_moves_until_somebody_has_come() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let mia = shop.shop.hires("Mia", Role::Agent).await.id;
        let (ben, ana) = (shop.visitor().await, shop.visitor().await);
        ben.writes("I am first").await;
        shop.routes().await;
        shop.pass(1_000);
        let conversation = ana.writes("I am second").await;
        shop.routes().await;
        let mut stream = Stream::open(&ana, None).await;
        let nobody_is_there = json!({ "ahead": 1, "about_ms": null });
        assert_eq!(told(&mut stream).await, nobody_is_there);
        let available = Presence::Available;
        shop.routing.set_presence(mia, available).await.unwrap();
        // The line is looked at whenever the stream is.
        let hints = shop.shop.database.db.hints();
        hints.publish(Hint::Changed { conversation });
        let next = told(&mut stream).await;
        assert_eq!(next["ahead"], 0);
        let about_ms = next["about_ms"].as_i64().unwrap();
        assert!(about_ms > 60_000 && about_ms % 60_000 == 0, "{about_ms}");
        takes(&shop, mia).await;
        let asked_for = json!({ "ahead": 0, "about_ms": 60_000 });
        assert_eq!(told(&mut stream).await, asked_for);
        takes(&shop, mia).await;
        assert_eq!(told(&mut stream).await, Value::Null);
    });
}

#[test]
fn who_does_not_wait_is_told_so_and_who_begins_to_at_once() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let mut stream = Stream::open(&ana, None).await;
        assert_eq!(told(&mut stream).await, Value::Null, "nothing was written");
        ana.writes("Hello").await;
        assert_eq!(
            told(&mut stream).await,
            Value::Null,
            "whoever shows another conversation starts anew"
        );
        shop.routes().await;
        let waiting = json!({ "ahead": 0, "about_ms": null });
        assert_eq!(told(&mut stream).await, waiting);
        drop(stream);
        let mut again = Stream::open(&ana, None).await;
        assert_eq!(told(&mut again).await, waiting);
    });
}

#[test]
fn a_chat_may_keep_the_place_to_itself_or_all_of_it() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let db = &shop.shop.database.db;
        let tells = async |what: &str| {
            let look = json!({ "waiting": what }).to_string();
            let set = db.write(move |tx| setting::put(tx, "widget:chat", &look));
            set.await.unwrap();
        };
        let ana = shop.visitor().await;
        let conversation = ana.writes("Hello").await;
        shop.routes().await;
        tells("time").await;
        let mut stream = Stream::open(&ana, None).await;
        let no_place = json!({ "ahead": null, "about_ms": null });
        assert_eq!(told(&mut stream).await, no_place);
        tells("none").await;
        db.hints().publish(Hint::Changed { conversation });
        assert_eq!(told(&mut stream).await, Value::Null);
    });
}
