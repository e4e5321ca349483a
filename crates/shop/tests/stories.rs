//! What happens at the counter of the shop, over HTTP.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use throughline_shop::{Options, Running, Shop, start};

const KEY: &str = "a key of the shop";

/// A shop and somebody with its key.
struct Counter {
    shop: Running,
    http: reqwest::Client,
}

impl Counter {
    async fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            shop: start(KEY).await.unwrap(),
            http: reqwest::Client::new(),
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.shop.base());
        self.http.request(method, url).bearer_auth(KEY)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let response = self.request(Method::GET, path).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    async fn tell(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = self.request(method, path).header("Idempotency-Key", key);
        let response = request.json(body).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    async fn drill(&self, drill: Value) {
        let response = self
            .request(Method::PUT, "/drill")
            .json(&drill)
            .send()
            .await;
        assert_eq!(response.unwrap().status(), StatusCode::NO_CONTENT);
    }
}

/// Noah's one order: an electric kettle, delivered.
const NOAHS_ORDER: &str = "/orders/%23W7678072";

async fn noahs_return(counter: &Counter) -> Value {
    let (_, order) = counter.get(NOAHS_ORDER).await;
    json!({
        "item_ids": [order["items"][0]["item_id"]],
        "payment_method_id": order["payment_history"][0]["payment_method_id"],
    })
}

#[tokio::test]
async fn a_customer_of_the_demo_is_found_by_mail_address_and_by_name_and_postal_code() {
    let counter = Counter::open().await;
    let by_email = "/find-user/by-email?email=Noah.Brown7922%40example.com";
    let by_name = "/find-user/by-name-zip?first_name=noah&last_name=Brown&zip=80279";
    for path in [by_email, by_name] {
        let (status, found) = counter.get(path).await;
        assert_eq!(
            (status, &found["user_id"]),
            (StatusCode::OK, &json!("noah_brown_6181"))
        );
    }
    let (status, problem) = counter
        .get("/find-user/by-email?email=nobody%40example.com")
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::NOT_FOUND, &json!("not_found"))
    );
    let (_, profile) = counter.get("/users/noah_brown_6181").await;
    assert_eq!(profile["phone"], "+17205550100");
    let (_, orders) = counter.get("/users/noah_brown_6181/orders").await;
    assert_eq!(orders["orders"][0]["order_id"], "#W7678072");
}

#[tokio::test]
async fn an_order_number_is_understood_with_and_without_its_hash() {
    let counter = Counter::open().await;
    for path in [
        "/orders/%23W7678072",
        "/orders/W7678072",
        "/orders/w7678072",
    ] {
        assert_eq!(counter.get(path).await.1["order_id"], "#W7678072", "{path}");
    }
}

#[tokio::test]
async fn a_return_is_requested_labelled_and_refunded_when_the_parcel_is_back() {
    let counter = Counter::open().await;
    let label = format!("{NOAHS_ORDER}/return-label");
    let (status, problem) = counter.tell(Method::POST, &label, "l0", &json!({})).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("wrong_status"))
    );

    let wanted = noahs_return(&counter).await;
    let (status, order) = counter
        .tell(
            Method::POST,
            &format!("{NOAHS_ORDER}/return"),
            "r1",
            &wanted,
        )
        .await;
    assert_eq!(
        (status, &order["status"]),
        (StatusCode::OK, &json!("return requested"))
    );

    let (_, refund) = counter.get(&format!("{NOAHS_ORDER}/refund")).await;
    assert_eq!(refund["state"], "awaiting_parcel");
    assert_eq!(refund["awaited"]["amount"], 146.98);

    let (_, label) = counter.tell(Method::POST, &label, "l1", &json!({})).await;
    let url = label["url"].as_str().unwrap();
    // The customer has the link and no key.
    let picture = counter.http.get(url).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    let picture = picture.text().await.unwrap();
    assert!(
        picture.contains(label["tracking_id"].as_str().unwrap()),
        "{picture}"
    );
    let guessed = format!("{}/labels/{}.svg", counter.shop.base(), "0".repeat(32));
    let guessed = counter.http.get(guessed).send().await.unwrap();
    assert_eq!(guessed.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_instruction_that_comes_twice_is_carried_out_once() {
    let counter = Counter::open().await;
    let path = format!("{NOAHS_ORDER}/return");
    let wanted = noahs_return(&counter).await;
    let first = counter.tell(Method::POST, &path, "once", &wanted).await;
    let again = counter.tell(Method::POST, &path, "once", &wanted).await;
    assert_eq!(first, again);
    assert_eq!(first.0, StatusCode::OK);

    let other = json!({ "item_ids": ["1"], "payment_method_id": "paypal_5727330" });
    let (status, problem) = counter.tell(Method::POST, &path, "once", &other).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("key_reused"))
    );

    let (status, problem) = counter.tell(Method::POST, &path, "twice", &wanted).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("done_already"))
    );
}

#[tokio::test]
async fn nobody_without_the_key_learns_or_changes_anything() {
    let counter = Counter::open().await;
    let url = format!("{}{NOAHS_ORDER}", counter.shop.base());
    for request in [
        counter.http.get(&url),
        counter.http.get(&url).bearer_auth("another"),
        counter.http.get(&url).basic_auth("user", Some(KEY)),
        counter.http.put(format!("{}/drill", counter.shop.base())),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
    }
}

#[tokio::test]
async fn a_body_with_a_wrong_or_unknown_field_is_refused_with_its_name() {
    let counter = Counter::open().await;
    let path = format!("{NOAHS_ORDER}/return");
    let odd = json!({ "item_ids": ["1"], "payment_method_id": "x", "discount": 5 });
    let (status, problem) = counter.tell(Method::POST, &path, "b1", &odd).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        problem["detail"].as_str().unwrap().contains("discount"),
        "{problem}"
    );
    let response = counter.request(Method::POST, &path).body("{").send().await;
    assert_eq!(response.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn damage_warranty_invoice_and_complaint_are_taken_down() {
    let counter = Counter::open().await;
    let (_, order) = counter.get(NOAHS_ORDER).await;
    let item = &order["items"][0]["item_id"];
    let report =
        json!({ "item_ids": [item], "description": "the lid is cracked", "wish": "replacement" });
    let path = format!("{NOAHS_ORDER}/damage-reports");
    let (_, case) = counter.tell(Method::POST, &path, "d1", &report).await;
    assert_eq!(
        (&case["case_id"], &case["kind"]),
        (&json!("DR-0001"), &json!("damage_report"))
    );
    let (status, _) = counter.tell(Method::POST, &path, "d2", &report).await;
    assert_eq!(status, StatusCode::CONFLICT, "one report for an item");
    // What is damaged comes back with a label.
    let label = format!("{NOAHS_ORDER}/return-label");
    assert_eq!(
        counter.tell(Method::POST, &label, "d3", &json!({})).await.0,
        StatusCode::OK
    );

    let claim = json!({ "item_id": item, "description": "does not get hot" });
    let path = format!("{NOAHS_ORDER}/warranty-claims");
    let (_, case) = counter.tell(Method::POST, &path, "w1", &claim).await;
    assert_eq!(case["case_id"], "WC-0002");

    let path = format!("{NOAHS_ORDER}/invoice");
    let (_, invoice) = counter.tell(Method::POST, &path, "i1", &json!({})).await;
    assert_eq!(invoice["sent_to"], "noah.brown7922@example.com");
    let paper = counter
        .http
        .get(invoice["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(paper.text().await.unwrap().contains("$146.98"));

    let path = "/users/noah_brown_6181/complaints";
    let complaint = json!({ "description": "too slow", "order_id": "W7678072" });
    let (_, case) = counter.tell(Method::POST, path, "c1", &complaint).await;
    assert_eq!(case["order_id"], "#W7678072");
    let foreign = json!({ "description": "too slow", "order_id": "W6893533" });
    let (status, _) = counter.tell(Method::POST, path, "c2", &foreign).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_shop_told_to_fail_after_the_deed_answers_the_same_key_with_the_deed() {
    let counter = Counter::open().await;
    let path = format!("{NOAHS_ORDER}/return");
    let wanted = noahs_return(&counter).await;
    let fault = json!({ "kind": "fail_after", "status": 500 });
    let drill = json!({ "operation": "return_delivered_order_items", "fault": fault, "times": 1 });
    counter.drill(drill).await;
    let response = counter
        .request(Method::POST, &path)
        .header("Idempotency-Key", "k")
        .json(&wanted)
        .send();
    assert_eq!(
        response.await.unwrap().status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
    let (status, order) = counter.tell(Method::POST, &path, "k", &wanted).await;
    assert_eq!(
        (status, &order["status"]),
        (StatusCode::OK, &json!("return requested"))
    );
}

#[test]
fn a_shop_with_a_file_goes_on_where_it_stopped() {
    let file = std::env::temp_dir().join(format!("throughline-shop-{}.json", std::process::id()));
    let open = || {
        Shop::open(Options {
            key: KEY.to_owned(),
            public_base: "http://shop.example".to_owned(),
            file: Some(file.clone()),
            drills: false,
        })
        .unwrap()
    };
    let wanted = json!({ "description": "too slow" });
    let instruction = || throughline_shop::instruction::Instruction {
        key: Some("k".to_owned()),
        fingerprint: throughline_shop::once::Fingerprint::of(&axum::http::Method::POST, "/c", b""),
        wanted: serde_json::from_value(wanted.clone()).unwrap(),
    };
    let complain = |shop: &Shop| {
        let response = shop.carry_out(instruction(), |books, wanted| {
            books.file_complaint("noah_brown_6181", &wanted)
        });
        response
            .unwrap()
            .headers()
            .contains_key("idempotency-replayed")
    };
    assert!(!complain(&open()));
    assert!(complain(&open()), "the answer is known after a start");
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn the_document_names_every_operation_and_drills_are_not_among_them() {
    let counter = Counter::open().await;
    let url = format!("{}/openapi.json", counter.shop.base());
    let document: Value = counter
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut names: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "cancel_pending_order",
            "create_return_label",
            "exchange_delivered_order_items",
            "file_complaint",
            "find_user_id_by_email",
            "find_user_id_by_name_zip",
            "get_order_details",
            "get_product_details",
            "get_user_details",
            "list_all_product_types",
            "list_orders",
            "list_stores",
            "modify_pending_order_address",
            "modify_pending_order_items",
            "modify_pending_order_payment",
            "modify_user_address",
            "refund_status",
            "register_warranty_claim",
            "report_damage",
            "return_delivered_order_items",
            "send_invoice",
            "set_store_pickup",
        ]
    );
}
