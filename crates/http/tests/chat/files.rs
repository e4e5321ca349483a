//! Files in the chat.

use crate::shop::{Answer, Browser, ChatShop};
use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::json;
use std::io::Cursor;
use throughline_testkit::on_both_engines;

fn picture() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(3, 2)
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

async fn upload(browser: &Browser, name: &str, body: &[u8]) -> Answer {
    let mut form = format!(
        "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(body);
    form.extend_from_slice(b"\r\n--line--\r\n");
    let request = browser
        .request("POST", "files")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
        .body(Body::from(form))
        .unwrap();
    browser.send(request).await
}

async fn sends(browser: &Browser, file: &Answer) -> Answer {
    let message = json!({ "client_message_id": "f", "files": [file.json()["id"]] });
    browser.post("messages", message).await
}

#[test]
fn a_picture_is_sent_shown_and_kept_from_strangers() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let (ana, ben) = (shop.visitor().await, shop.visitor().await);
        let file = upload(&ana, "../../cat.png", &picture()).await;
        assert_eq!(file.status, StatusCode::CREATED, "{file:?}");
        assert_eq!(file.json()["name"], "cat.png");
        let path = format!("files/{}", file.json()["id"].as_str().unwrap());
        assert_eq!(ana.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(sends(&ben, &file).await.status, StatusCode::NOT_FOUND);
        assert_eq!(sends(&ana, &file).await.status, StatusCode::ACCEPTED);
        let shown = ana.get("entries").await.json();
        assert_eq!(shown["entries"][0]["files"][0]["inline"], true);
        let fetched = ana.get(&path).await;
        assert_eq!(fetched.status, StatusCode::OK);
        assert_eq!(fetched.headers[header::CONTENT_TYPE], "image/png");
        assert_eq!(fetched.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(ben.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            shop.browser().get(&path).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(ana.get("files/no-id").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn what_a_browser_could_run_is_only_ever_a_download() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let file = upload(&ana, "cat.png", svg).await;
        sends(&ana, &file).await;
        let path = format!("files/{}", file.json()["id"].as_str().unwrap());
        let fetched = ana.get(&path).await;
        assert_eq!(
            fetched.headers[header::CONTENT_TYPE],
            "application/octet-stream"
        );
        let disposition = fetched.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap();
        assert!(disposition.starts_with("attachment"));
        let policy = fetched.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("sandbox"));
    });
}

#[test]
fn a_file_that_is_too_large_or_none_is_refused() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let large = upload(&ana, "a.bin", &vec![7; 1_000_001]).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        let larger = upload(&ana, "a.bin", &vec![7; 1_200_000]).await;
        assert_eq!(larger.status, StatusCode::PAYLOAD_TOO_LARGE);
        let empty = upload(&ana, "a.bin", b"").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let request = ana
            .request("POST", "files")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
            .body(Body::from("garbage"))
            .unwrap();
        let garbage = ana.send(request).await;
        assert!(garbage.status.is_client_error(), "{garbage:?}");
    });
}

#[test]
fn nobody_fills_the_disk() {
    on_both_engines(|engine| async move {
        let shop = ChatShop::open(engine).await;
        let ana = shop.visitor().await;
        let mut kept = 0;
        for number in 0..110 {
            shop.pass(10_000);
            let answer = upload(&ana, "a.txt", format!("{number}").as_bytes()).await;
            match answer.status {
                StatusCode::CREATED => kept += 1,
                status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}"),
            }
        }
        assert_eq!(kept, 100);
    });
}
