//! Files in and out.

use crate::desk::{Answer, Caller, Desk, request};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;
use throughline_engine::access::Scope;
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

fn form(caller: &Caller, name: &str, body: &[u8]) -> Request<Body> {
    let mut bytes = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(b"\r\n--edge--\r\n");
    request(caller, Method::POST, "/api/v1/files")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(bytes))
        .unwrap()
}

async fn upload(desk: &Desk, caller: &Caller, name: &str, body: &[u8]) -> Answer {
    desk.send(form(caller, name, body)).await
}

#[test]
fn a_file_goes_out_with_a_message_and_can_be_read_again() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
        let conversation = desk.mail("kim", "Send me the label").await.conversation;
        let stored = upload(&desk, &caller, "../label A.txt", b"label")
            .await
            .ok();
        assert_eq!(stored["name"], "label A.txt");
        assert_eq!(stored["media_type"], "text/plain");
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let body = json!({ "text": "Here it is.", "attachments": [stored["id"]] });
        let sent = desk.post(&caller, &path, body.clone()).await;
        assert_eq!(sent.status, 201, "{sent:?}");
        // A file goes along once.
        desk.post(&caller, &path, body)
            .await
            .is_problem(404, "not_found");
        let entries = format!("/api/v1/conversations/{conversation}/entries");
        let page = desk.get(&caller, &entries).await.ok();
        assert_eq!(page["items"][1]["files"][0]["id"], stored["id"]);
        let path = format!("/api/v1/files/{}", stored["id"].as_str().unwrap());
        let file = desk.get(&caller, &path).await;
        assert_eq!(file.text, "label");
        assert_eq!(
            file.header("content-disposition"),
            "attachment; filename*=UTF-8''label%20A.txt"
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert!(
            file.header("content-security-policy")
                .starts_with("sandbox")
        );
        assert_eq!(desk.get(&Caller::Nobody, &path).await.status, 401);
        let writer = desk.token(&[Scope::WriteConversations]).await;
        assert_eq!(desk.get(&writer, &path).await.status, 403);
    });
}

#[tokio::test]
async fn what_a_browser_could_run_is_handed_out_as_plain_bytes_to_be_saved() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::Read, Scope::WriteConversations]).await;
    for body in [
        &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
        b"<html><script>alert(1)</script>",
    ] {
        let stored = upload(&desk, &caller, "photo.png", body).await.ok();
        let path = format!("/api/v1/files/{}", stored["id"].as_str().unwrap());
        let file = desk.get(&caller, &path).await;
        assert_eq!(file.header("content-type"), "application/octet-stream");
        assert!(file.header("content-disposition").starts_with("attachment"));
    }
}

#[tokio::test]
async fn a_file_sent_twice_under_one_key_is_kept_once() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::WriteConversations]).await;
    let once = async |body: &[u8]| {
        let mut asked = form(&caller, "label.txt", body);
        asked
            .headers_mut()
            .insert("idempotency-key", "k".parse().unwrap());
        desk.send(asked).await
    };
    let first = once(b"label").await;
    assert_eq!(first.status, 201);
    assert_eq!(once(b"label").await.text, first.text);
    once(b"another").await.is_problem(422, "invalid");
}

#[tokio::test]
async fn what_is_too_large_or_no_form_is_refused() {
    let desk = Desk::open(Engine::Sqlite).await;
    let caller = desk.token(&[Scope::WriteConversations]).await;
    for size in [1_000_001, 1_100_000] {
        let refused = upload(&desk, &caller, "large.txt", &vec![b'a'; size]).await;
        refused.is_problem(413, "too_large");
    }
    assert_eq!(
        upload(&desk, &caller, "fits.txt", &vec![b'a'; 1_000_000])
            .await
            .status,
        201
    );
    desk.post(&caller, "/api/v1/files", json!({}))
        .await
        .is_problem(415, "unsupported_media_type");
    for body in [
        "",
        "--edge",
        "--edge--\r\n",
        "--edge\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--edge--\r\n",
        "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nnever ends",
    ] {
        let asked = request(&caller, Method::POST, "/api/v1/files")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(Body::from(body))
            .unwrap();
        let answer = desk.send(asked).await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 422),
            "{body}: {answer:?}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
