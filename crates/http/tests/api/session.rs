//! Logging in and out, and what protects it.

use crate::desk::{Answer, Caller, Desk, PASSWORD, request, with_json};
use crate::invites::secret_of;
use axum::extract::ConnectInfo;
use axum::http::Method;
use serde_json::json;
use std::net::SocketAddr;
use throughline_model::conversation::Role;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

pub async fn log_in(desk: &Desk, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    desk.post(&Caller::Nobody, "/api/v1/session", body).await
}

/// The browser after a log-in.
fn browser(answer: &Answer) -> Caller {
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    Caller::Browser {
        cookie: cookie.to_owned(),
        csrf: answer.json()["csrf"].as_str().unwrap().to_owned(),
    }
}

fn without_csrf(caller: &Caller) -> Caller {
    let Caller::Browser { cookie, .. } = caller else {
        panic!("not a browser")
    };
    Caller::Browser {
        cookie: cookie.clone(),
        csrf: String::new(),
    }
}

#[test]
fn a_member_logs_in_works_and_logs_out() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        desk.member("ana", Role::Agent).await;
        let entered = log_in(&desk, " Ana@Shop.example", PASSWORD).await;
        assert_eq!(entered.status, 201, "{entered:?}");
        let cookie = entered.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let ana = browser(&entered);
        let me = desk.get(&ana, "/api/v1/session").await.ok();
        assert_eq!(me["member"]["name"], "ana");
        assert_eq!(
            me["permissions"],
            json!(["session", "read", "write:conversations", "write:identity"])
        );
        let left = desk
            .change(&ana, Method::DELETE, "/api/v1/session", json!({}))
            .await;
        assert_eq!(left.status, 204);
        assert!(left.header("set-cookie").contains("Max-Age=0"));
        desk.get(&ana, "/api/v1/session")
            .await
            .is_problem(401, "unauthenticated");
    });
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_this_host_and_encryption() {
    let desk = Desk::configured(
        Engine::Sqlite,
        "[server]\npublic_url = \"https://support.example.com/\"",
    )
    .await;
    desk.member("ana", Role::Agent).await;
    let entered = log_in(&desk, "ana@shop.example", PASSWORD).await;
    let cookie = entered.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-throughline_session="),
        "{cookie}"
    );
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    assert!(
        entered
            .header("strict-transport-security")
            .contains("max-age")
    );
    desk.get(&browser(&entered), "/api/v1/session").await.ok();
    // A cookie of the name used over plain HTTP could have been planted by a neighbouring host.
    let Caller::Browser { cookie, csrf } = browser(&entered) else {
        unreachable!()
    };
    let planted = Caller::Browser {
        cookie: cookie.replace("__Host-", ""),
        csrf,
    };
    assert_eq!(desk.get(&planted, "/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn nobody_learns_from_a_log_in_who_has_an_account() {
    let desk = Desk::open(Engine::Sqlite).await;
    desk.member("ana", Role::Agent).await;
    desk.invited("ben", Role::Agent).await;
    let carla = desk.member("carla", Role::Agent).await;
    let admin = desk.admin().await;
    let path = format!("/api/v1/members/{}", carla.id);
    desk.change(&admin, Method::PATCH, &path, json!({ "enabled": false }))
        .await
        .ok();
    let mut answers = Vec::new();
    for (email, password) in [
        ("ana@shop.example", "not her password"),
        ("nobody@shop.example", PASSWORD),
        ("ben@shop.example", PASSWORD),
        ("carla@shop.example", PASSWORD),
        ("not an address", PASSWORD),
        ("ana@shop.example' OR 1=1 --", PASSWORD),
    ] {
        let answer = log_in(&desk, email, password).await;
        answer.is_problem(401, "unauthenticated");
        assert!(answer.headers.get("set-cookie").is_none());
        answers.push(answer.text);
        desk.shop.setup.clock.advance(60_000);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_by_account_and_by_address() {
    let desk = Desk::configured(
        Engine::Sqlite,
        "[security]\nlogin_attempts_per_minute = 5\n[server]\ntrusted_proxies = [\"127.0.0.0/8\"]",
    )
    .await;
    desk.member("ana", Role::Agent).await;
    let attempt = async |email: &str, from: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        let asked = request(&Caller::Nobody, Method::POST, "/api/v1/session");
        desk.send(with_json(asked.header("x-forwarded-for", from), &body))
            .await
    };
    for guess in 0..5 {
        let from = format!("198.51.100.{guess}");
        let answer = attempt("ana@shop.example", &from, "a guess of many").await;
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    // Another address does not help, nor does the right password.
    let refused = attempt("ana@shop.example", "198.51.100.9", PASSWORD).await;
    refused.is_problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "12");
    // One address does not get further by trying other accounts.
    for guess in 0..5 {
        attempt(&format!("m{guess}@shop.example"), "203.0.113.5", "a guess").await;
    }
    let refused = attempt("another@shop.example", "203.0.113.5", "a guess").await;
    refused.is_problem(429, "too_many_requests");
    desk.shop.setup.clock.advance(60_000);
    let entered = attempt("ana@shop.example", "198.51.100.9", PASSWORD).await;
    assert_eq!(entered.status, 201, "{entered:?}");
}

#[tokio::test]
async fn whoever_guesses_cannot_claim_to_be_somewhere_else_each_time() {
    let desk = Desk::configured(Engine::Sqlite, "[security]\nlogin_attempts_per_minute = 5").await;
    let peer: SocketAddr = "203.0.113.5:4711".parse().unwrap();
    let mut statuses = Vec::new();
    for guess in 0..6 {
        let body = json!({ "email": format!("m{guess}@shop.example"), "password": "a guess" });
        let asked = request(&Caller::Nobody, Method::POST, "/api/v1/session")
            .header("x-forwarded-for", format!("198.51.100.{guess}"))
            .extension(ConnectInfo(peer));
        statuses.push(desk.send(with_json(asked, &body)).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

#[tokio::test]
async fn a_change_with_a_cookie_needs_the_csrf_token_of_that_very_session() {
    let desk = Desk::open(Engine::Sqlite).await;
    let received = desk.mail("kim", "Where is my parcel?").await;
    let notes = format!("/api/v1/conversations/{}/notes", received.conversation);
    let ana = desk.member("ana", Role::Agent).await;
    let (here, there) = (desk.browser(&ana).await, desk.browser(&ana).await);
    let note = json!({ "text": "call back" });
    let bare = without_csrf(&here);
    desk.post(&bare, &notes, note.clone())
        .await
        .is_problem(403, "forbidden");
    let (Caller::Browser { cookie, .. }, Caller::Browser { csrf, .. }) = (&here, &there) else {
        unreachable!()
    };
    let crossed = Caller::Browser {
        cookie: cookie.clone(),
        csrf: csrf.clone(),
    };
    desk.post(&crossed, &notes, note.clone())
        .await
        .is_problem(403, "forbidden");
    assert_eq!(desk.post(&here, &notes, note.clone()).await.status, 201);
    // Reading needs none.
    let path = format!("/api/v1/conversations/{}/entries", received.conversation);
    let entries = desk.get(&bare, &path).await.ok();
    assert_eq!(entries["items"].as_array().unwrap().len(), 2);
    // A browser that says where a request comes from is believed when it speaks against it.
    let asked = request(&here, Method::POST, &notes).header("sec-fetch-site", "cross-site");
    desk.send(with_json(asked, &note))
        .await
        .is_problem(403, "forbidden");
    let asked = request(&Caller::Nobody, Method::POST, "/api/v1/session")
        .header("sec-fetch-site", "cross-site");
    let body = json!({ "email": "ana@shop.example", "password": PASSWORD });
    desk.send(with_json(asked, &body))
        .await
        .is_problem(403, "forbidden");
}

#[tokio::test]
async fn logging_in_again_ends_the_session_the_browser_had() {
    let desk = Desk::open(Engine::Sqlite).await;
    desk.member("ana", Role::Agent).await;
    let first = browser(&log_in(&desk, "ana@shop.example", PASSWORD).await);
    let body = json!({ "email": "ana@shop.example", "password": PASSWORD });
    let again = desk.post(&first, "/api/v1/session", body).await;
    assert_ne!(format!("{first:?}"), format!("{:?}", browser(&again)));
    assert_eq!(desk.get(&first, "/api/v1/session").await.status, 401);
    desk.get(&browser(&again), "/api/v1/session").await.ok();
}

#[test]
fn every_session_ends_when_its_member_is_no_longer_who_they_were() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let admin = desk.admin().await;
        let ana = desk.member("ana", Role::Agent).await;
        let path = format!("/api/v1/members/{}", ana.id);

        let two = [desk.browser(&ana).await, desk.browser(&ana).await];
        let body = json!({ "present": PASSWORD, "new": "another horse on it" });
        let changed = desk
            .change(&two[0], Method::PUT, "/api/v1/session/password", body)
            .await;
        assert_eq!(changed.status, 201, "{changed:?}");
        for old in &two {
            assert_eq!(desk.get(old, "/api/v1/session").await.status, 401);
        }
        let now = browser(&changed);
        desk.get(&now, "/api/v1/session").await.ok();

        let promoted = json!({ "role": "supervisor" });
        desk.change(&admin, Method::PATCH, &path, promoted)
            .await
            .ok();
        assert_eq!(desk.get(&now, "/api/v1/session").await.status, 401);

        let again = desk.browser(&ana).await;
        desk.change(&admin, Method::PATCH, &path, json!({ "enabled": false }))
            .await
            .ok();
        assert_eq!(desk.get(&again, "/api/v1/session").await.status, 401);
    });
}

#[tokio::test]
async fn a_wrong_present_password_changes_nothing() {
    let desk = Desk::open(Engine::Sqlite).await;
    let ana = desk.member("ana", Role::Agent).await;
    let here = desk.browser(&ana).await;
    let body = json!({ "present": "not this one", "new": "another horse on it" });
    let refused = desk
        .change(&here, Method::PUT, "/api/v1/session/password", body)
        .await;
    refused.is_problem(422, "invalid");
    assert_eq!(refused.json()["field"], "present");
    desk.get(&here, "/api/v1/session").await.ok();
    assert_eq!(
        log_in(&desk, "ana@shop.example", PASSWORD).await.status,
        201
    );
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let desk = Desk::configured(Engine::Sqlite, "[security]\nsession_hours = 2").await;
    desk.member("ana", Role::Agent).await;
    let ana = browser(&log_in(&desk, "ana@shop.example", PASSWORD).await);
    desk.shop.setup.clock.advance(2 * 3_600_000 - 1);
    desk.get(&ana, "/api/v1/session").await.ok();
    desk.shop.setup.clock.advance(1);
    assert_eq!(desk.get(&ana, "/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn the_last_administrator_cannot_be_locked_out() {
    let desk = Desk::open(Engine::Sqlite).await;
    let eva = desk.member("eva", Role::Admin).await;
    let here = desk.browser(&eva).await;
    let path = format!("/api/v1/members/{}", eva.id);
    for change in [json!({ "role": "agent" }), json!({ "enabled": false })] {
        desk.change(&here, Method::PATCH, &path, change)
            .await
            .is_problem(409, "conflict");
    }
    desk.get(&here, "/api/v1/session").await.ok();
    desk.member("otto", Role::Admin).await;
    desk.change(&here, Method::PATCH, &path, json!({ "role": "agent" }))
        .await
        .ok();
}

#[tokio::test]
async fn what_people_hold_is_stored_only_as_a_fingerprint() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let ana = desk.member("ana", Role::Agent).await;
    let path = format!("/api/v1/members/{}/invite", ana.id);
    let invite = desk
        .post_once(&admin, &path, "invite-ana", json!({}))
        .await
        .ok();
    let entered = log_in(&desk, "ana@shop.example", PASSWORD).await;
    let (Caller::Browser { cookie, .. }, Caller::Token(token)) = (browser(&entered), &admin) else {
        unreachable!()
    };
    let secrets = [
        secret_of(&invite["link"]),
        cookie.split_once('=').unwrap().1.to_owned(),
        token.clone(),
        PASSWORD.to_owned(),
    ];
    let file = desk
        .shop
        .database
        .url
        .strip_prefix("sqlite:")
        .unwrap()
        .to_owned();
    let mut stored = std::fs::read(&file).unwrap();
    stored.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
    let holds = |text: &str| {
        stored
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(holds("ana@shop.example"), "this is the database");
    for secret in secrets {
        assert!(!holds(&secret), "{secret} stands in the database");
    }
}
