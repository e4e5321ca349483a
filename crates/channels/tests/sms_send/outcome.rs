//! What each answer of the provider means for the delivery.

use super::*;

/// Sends one message to a provider with this script.
async fn sent(script: Vec<Step>) -> SendOutcome {
    let provider = Provider::start(script).await;
    adapter(config(&format!("http://{}", provider.address)))
        .send(&message("Hello"))
        .await
}

#[tokio::test]
async fn a_message_that_is_taken_gets_the_providers_id_and_its_parts() {
    let taken = json!({"sid": SID, "status": "queued", "num_segments": "2"});
    let provider = Provider::start(vec![answer(201, taken)]).await;
    let message = message("Grüße + mehr & so");
    let outcome = adapter(config(&format!("http://{}/", provider.address)))
        .send(&message)
        .await;
    assert_eq!(
        outcome,
        SendOutcome::Sent {
            provider_id: SID.to_owned(),
            parts: Some(2)
        }
    );

    let request = provider.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with(&format!(
            "POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\n"
        )),
        "{head}"
    );
    // base64 of the account and its token.
    assert!(
        head.contains(
            "authorization: Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzM2NyZXQ="
        ),
        "{head}"
    );
    let form = Form::parse(body.as_bytes()).unwrap();
    let callback = format!(
        "https://shop.example/channels/sms/shop-phone/status?delivery={}",
        message.delivery
    );
    let expected = [
        ("To", "+4917012345678"),
        ("From", "+4915112345678"),
        ("Body", "Grüße + mehr & so"),
        ("StatusCallback", callback.as_str()),
    ];
    let pairs: Vec<(&str, &str)> = form
        .pairs()
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn where_the_provider_does_not_count_parts_we_do() {
    let taken = json!({"sid": SID, "num_segments": "0"});
    assert_eq!(
        sent(vec![answer(201, taken)]).await,
        SendOutcome::Sent {
            provider_id: SID.to_owned(),
            parts: Some(1)
        }
    );
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_when_it_says() {
    let busy = Step::Answer(
        429,
        "retry-after: 7\r\n",
        json!({"code": 20429, "message": "Too Many Requests"}).to_string(),
    );
    let SendOutcome::Retry { after_ms, .. } = sent(vec![busy]).await else {
        panic!()
    };
    assert_eq!(after_ms, Some(7_000));
    let busy = answer(400, json!({"code": 20429}));
    assert!(matches!(
        sent(vec![busy]).await,
        SendOutcome::Retry { after_ms: None, .. }
    ));
}

#[tokio::test]
async fn what_will_never_work_says_what_to_do() {
    for (status, code, hint) in [
        (400, 21610, "opted out"),
        (400, 21211, "not a valid phone number"),
        (400, 21614, "cannot receive SMS"),
        (400, 21408, "geographic permissions"),
        (400, 21617, "1600 characters"),
        (404, 20404, "account_sid"),
        (400, 29999, "the provider refused the message: Odd"),
    ] {
        let refusal = answer(
            status,
            json!({"code": code, "message": "Odd", "status": status}),
        );
        let SendOutcome::Permanent { code: told, reason } = sent(vec![refusal]).await else {
            panic!("{code}")
        };
        assert_eq!(told, code.to_string());
        assert!(reason.contains(hint), "{reason}");
    }
    let page = Step::Answer(
        404,
        "content-type: text/html\r\n",
        "<h1>Not here</h1>".to_owned(),
    );
    let SendOutcome::Permanent { code, reason } = sent(vec![page]).await else {
        panic!()
    };
    assert_eq!(code, "http_404");
    assert!(reason.contains("api_base"));
    let moved = Step::Answer(307, "location: http://127.0.0.1:1/\r\n", String::new());
    assert!(
        matches!(sent(vec![moved]).await, SendOutcome::Permanent { code, .. } if code == "http_307")
    );
}

#[tokio::test]
async fn while_a_token_is_replaced_messages_still_leave() {
    let script = vec![
        answer(401, json!({"code": 20003})),
        answer(201, json!({"sid": SID, "num_segments": "1"})),
    ];
    let provider = Provider::start(script).await;
    let mut config = config(&format!("http://{}", provider.address));
    config.auth_tokens = vec![Secret::new("new"), Secret::new("old")];
    assert!(matches!(
        adapter(config).send(&message("Hello")).await,
        SendOutcome::Sent { .. }
    ));
    assert_eq!(provider.requests().len(), 2);
}

#[tokio::test]
async fn refused_credentials_lose_no_message() {
    let SendOutcome::Retry { reason, after_ms } =
        sent(vec![answer(401, json!({"code": 20003}))]).await
    else {
        panic!()
    };
    assert!(reason.contains("auth_tokens") && after_ms.unwrap() > 0);
}

#[tokio::test]
async fn whenever_the_message_may_have_been_taken_the_outcome_is_unknown() {
    for step in [
        answer(500, json!({"code": 20500})),
        answer(502, json!({})),
        answer(503, json!({"code": 20503})),
        answer(408, json!({})),
        answer(201, json!({"status": "queued"})),
        Step::BreakOff(201),
        Step::BreakOff(503),
        Step::HangUp,
    ] {
        let outcome = sent(vec![step.clone()]).await;
        assert!(
            matches!(outcome, SendOutcome::Unknown { .. }),
            "{step:?}: {outcome:?}"
        );
    }
    let provider = Provider::start(vec![Step::Silence]).await;
    let mut config = config(&format!("http://{}", provider.address));
    config.timeout_ms = 100;
    let SendOutcome::Unknown { reason } = adapter(config).send(&message("Hello")).await else {
        panic!()
    };
    assert!(reason.contains("in time"), "{reason}");
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_for_nothing_was_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let outcome = adapter(config(&format!("http://{free}")))
        .send(&message("Hello"))
        .await;
    assert!(matches!(outcome, SendOutcome::Retry { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_never_reaches_the_provider() {
    let provider = Provider::start(Vec::new()).await;
    let adapter = adapter(config(&format!("http://{}", provider.address)));
    let with_file = Outbound {
        files: vec![File {
            name: "a.png".into(),
            media_type: "image/png".into(),
            content_id: None,
            body: Bytes::new(),
        }],
        ..message("Look")
    };
    let social = |value: &str| Identifier {
        kind: IdentifierKind::Social,
        value: value.to_owned(),
    };
    for (message, expected) in [
        (message(" \n"), "empty"),
        (with_file, "no_media"),
        (
            Outbound {
                to: Identifier::email("ana@example.com").unwrap(),
                ..message("Hi")
            },
            "wrong_channel",
        ),
        (
            Outbound {
                to: social("telegram:17"),
                ..message("Hi")
            },
            "wrong_channel",
        ),
        (
            Outbound {
                to: social("sms:ParcelCo"),
                ..message("Hi")
            },
            "not_answerable",
        ),
    ] {
        let SendOutcome::Permanent { code, reason } = adapter.send(&message).await else {
            panic!("{expected}")
        };
        assert_eq!(code, expected);
        assert!(reason.contains(';'), "{reason} says what to do");
    }
    assert!(provider.requests().is_empty());
}
