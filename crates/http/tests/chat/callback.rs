//! Being called back instead of waiting in the chat.

use crate::shop::{Browser, ChatShop};
use crate::streams::Stream;
use axum::http::StatusCode;
use serde_json::{Value, json};
use throughline_testkit::on_both_engines;

const HOUR: i64 = 3_600_000;

async fn told(stream: &mut Stream) -> Value {
    stream.next("callback").await.unwrap().data
}

async fn status(browser: &Browser, path: &str, body: Value) -> StatusCode {
    browser.post(path, body).await.status
}

#[test]
fn who_waits_leaves_a_number_and_can_take_it_back() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open_calling(engine).await;
        let ana = shop.visitor().await;
        let wish = json!({ "phone": "+49 151 12345678" });
        let early = status(&ana, "callback", wish.clone()).await;
        assert_eq!(early, StatusCode::CONFLICT, "she waits for nobody yet");
        let conversation = ana.writes("Is anybody there?").await;
        shop.routes().await;
        let mut stream = Stream::open(&ana, None).await;
        assert_eq!(told(&mut stream).await, Value::Null);
        let asked = ana.post("callback", wish).await;
        assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
        let in_turn = json!({ "ends_in": "78", "at": null, "own": true });
        assert_eq!(asked.json(), in_turn);
        assert_eq!(told(&mut stream).await, in_turn);
        assert_eq!(ana.assurance().await, 0, "a number proves nothing");
        let at = shop.shop.setup.clock.now() + HOUR;
        let later = json!({ "phone": "+49 151 12345679", "at": at });
        let changed = ana.post("callback", later).await.json();
        let agreed = json!({ "ends_in": "79", "at": at, "own": true });
        assert_eq!(changed, agreed);
        assert_eq!(told(&mut stream).await, agreed);
        assert_eq!(ana.sees().await, ["Is anybody there?"]);
        let cancelled = status(&ana, "callback/cancel", json!({})).await;
        assert_eq!(cancelled, StatusCode::NO_CONTENT);
        assert_eq!(told(&mut stream).await, Value::Null);
        let again = status(&ana, "callback/cancel", json!({})).await;
        assert_eq!(again, StatusCode::CONFLICT);
        assert!(shop.everything(conversation).await.len() > 3);
    });
}

#[test]
fn numbers_that_are_none_and_too_many_wishes_are_refused() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open_calling(engine).await;
        let ana = shop.visitor().await;
        ana.writes("Is anybody there?").await;
        shop.routes().await;
        let past = shop.shop.setup.clock.now() - HOUR;
        for wrong in [
            json!({ "phone": "my phone" }),
            json!({ "phone": "+4915112345678", "at": past }),
            json!({ "phone": "+499003123456" }),
        ] {
            let refused = status(&ana, "callback", wrong).await;
            assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let mut last = StatusCode::OK;
        for _ in 0..10 {
            last = status(&ana, "callback", json!({ "phone": "my phone" })).await;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    });
}

#[test]
fn nobody_is_called_twice_at_once_nor_while_somebody_looks_after_them() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open_calling(engine).await;
        let wish = json!({ "phone": "+4915112345678" });
        let ana = shop.visitor().await;
        ana.writes("Is anybody there?").await;
        let ben = shop.visitor().await;
        ben.writes("Hello?").await;
        shop.routes().await;
        assert_eq!(status(&ana, "callback", wish.clone()).await, StatusCode::OK);
        let victim = status(&ben, "callback", wish).await;
        assert_eq!(victim, StatusCode::CONFLICT, "it is called already");
        let own = json!({ "phone": "+4915112345670" });
        assert_eq!(status(&ben, "callback", own).await, StatusCode::OK);
    });
}

#[test]
fn a_chat_that_calls_nobody_back_says_so() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        ana.writes("Is anybody there?").await;
        shop.routes().await;
        let wish = json!({ "phone": "+4915112345678" });
        let refused = status(&ana, "callback", wish).await;
        assert_eq!(refused, StatusCode::CONFLICT);
    });
}
