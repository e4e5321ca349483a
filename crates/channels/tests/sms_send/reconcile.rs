//! Whether a message got through whose sending was cut short.

use super::*;

fn listed(sid: &str, body: &str, date: &str) -> serde_json::Value {
    json!({
        "sid": sid, "body": body, "date_created": date, "direction": "outbound-api",
        "num_media": "0", "date_sent": null, "status": "queued",
    })
}

async fn reconciled(text: &str, pages: Vec<Step>) -> Reconciled {
    let provider = Provider::start(pages).await;
    adapter(config(&format!("http://{}", provider.address)))
        .reconcile(&message(text))
        .await
}

const AFTER: &str = "Sun, 15 Jun 2025 15:06:41 +0000";
const BEFORE: &str = "Sun, 15 Jun 2025 14:00:00 +0000";

fn page(messages: &[serde_json::Value]) -> Step {
    answer(200, json!({"messages": messages, "next_page_uri": null}))
}

#[tokio::test]
async fn a_message_that_got_through_is_found_by_its_text() {
    let found = Reconciled::Found {
        provider_id: "SM1".to_owned(),
    };
    let others = [
        listed("SM0", "Hello", BEFORE),
        listed("SM2", "Something else", AFTER),
    ];
    let with = |ours| page(&[others[0].clone(), ours, others[1].clone()]);
    assert_eq!(
        reconciled("Hello", vec![with(listed("SM1", "Hello", AFTER))]).await,
        found
    );
    // Smart encoding has made the quotes plain.
    let text = "It’s “here” …";
    assert_eq!(
        reconciled(text, vec![with(listed("SM1", "It's \"here\" ...", AFTER))]).await,
        found
    );
    assert_eq!(
        reconciled("Hello", vec![page(&others)]).await,
        Reconciled::NotFound
    );
    let mut theirs = listed("SM3", "Hello", AFTER);
    theirs["direction"] = json!("inbound");
    assert_eq!(
        reconciled("Hello", vec![page(&[theirs])]).await,
        Reconciled::NotFound
    );
}

#[tokio::test]
async fn the_search_reads_every_page_and_asks_for_the_right_ones() {
    let first = answer(
        200,
        json!({"messages": [], "next_page_uri": format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1&PageToken=PA1")}),
    );
    let provider = Provider::start(vec![first, page(&[listed("SM1", "Hello", AFTER)])]).await;
    let adapter = adapter(config(&format!("http://{}", provider.address)));
    assert_eq!(
        adapter.reconcile(&message("Hello")).await,
        Reconciled::Found {
            provider_id: "SM1".to_owned()
        }
    );
    let requests = provider.requests();
    let asked = format!(
        "GET /2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B4917012345678&PageSize=1000&From=%2B4915112345678 "
    );
    assert!(requests[0].starts_with(&asked), "{}", requests[0]);
    assert!(requests[1].contains("PageToken=PA1"));
}

#[tokio::test]
async fn what_is_not_certain_is_never_called_lost_or_found() {
    let twins = page(&[listed("SM1", "Hello", AFTER), listed("SM2", "Hello", AFTER)]);
    let elsewhere = answer(
        200,
        json!({"messages": [], "next_page_uri": "https://evil.example/next"}),
    );
    for pages in [
        vec![twins],
        vec![elsewhere],
        vec![answer(500, json!({}))],
        vec![answer(200, json!("nonsense"))],
        vec![Step::HangUp],
        vec![Step::BreakOff(200)],
    ] {
        assert_eq!(
            reconciled("Hello", pages.clone()).await,
            Reconciled::CannotTell,
            "{pages:?}"
        );
    }
    let undated = Outbound {
        delivery: DeliveryId(uuid::Uuid::from_u128(4)),
        ..message("Hello")
    };
    let provider = Provider::start(Vec::new()).await;
    let adapter = adapter(config(&format!("http://{}", provider.address)));
    assert_eq!(adapter.reconcile(&undated).await, Reconciled::CannotTell);
}
