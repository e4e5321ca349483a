//! Knowledge over the API, and the help pages.

use crate::desk::{Answer, Caller, Desk};
use axum::http::Method;
use serde_json::{Value, json};
use throughline_engine::access::Scope;
use throughline_engine::knowledge::{Audience, NewGap, record_gap};
use throughline_storage::Engine;
use throughline_testkit::on_both_engines;

const ARTICLES: &str = "/api/v1/articles";

fn refunds() -> Value {
    json!({
        "slug": "refunds", "title": "Refunds & credits", "audience": "public", "tags": ["money"],
        "body": "# How long?\n\nA refund takes 5 to 7 business days.\n\n<script>alert(1)</script>",
    })
}

async fn publish(desk: &Desk, caller: &Caller, article: Value) -> Value {
    let made = desk.post(caller, ARTICLES, article).await.ok();
    let path = format!("{ARTICLES}/{}/publish", made["id"].as_str().unwrap());
    desk.post(caller, &path, json!({})).await.ok()
}

async fn search(desk: &Desk, caller: &Caller, query: &str) -> Answer {
    desk.get(caller, &format!("/api/v1/knowledge/search?{query}"))
        .await
}

#[test]
fn an_article_is_written_previewed_published_found_and_rolled_back() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let author = desk.token(&[Scope::WriteKnowledge]).await;
        let reader = desk.token(&[Scope::Read]).await;
        let admin = desk.admin().await;
        let made = desk.post(&author, ARTICLES, refunds()).await;
        assert_eq!(made.status, 201);
        let made = made.ok();
        assert_eq!(
            (&made["status"], &made["version"]),
            (&json!("draft"), &json!(0))
        );
        let path = format!("{ARTICLES}/{}", made["id"].as_str().unwrap());

        let preview = desk.get(&reader, &format!("{path}/preview")).await.ok();
        assert_eq!(
            preview["html"],
            "<h2 id=\"how-long\">How long?</h2>\n<p>A refund takes 5 to 7 business days.</p>\n"
        );
        assert_eq!(preview["passages"][0]["anchor"], "how-long");
        assert_eq!(preview["passages"][0]["questions"], json!(["How long?"]));

        let nothing = search(&desk, &reader, "q=refund").await.ok();
        assert_eq!(
            (&nothing["passages"], &nothing["advice"]),
            (&json!([]), &json!("hand_off"))
        );
        let published = desk
            .post(&author, &format!("{path}/publish"), json!({}))
            .await
            .ok();
        assert_eq!(published["version"], 1);
        let found = search(
            &desk,
            &reader,
            "q=how+long+is+a+refund&locale=en&audience=public&limit=1",
        )
        .await
        .ok();
        assert_eq!(found["passages"][0]["article"], made["id"]);
        assert_eq!(found["passages"][0]["anchor"], "how-long");
        assert_eq!(found["passages"][0]["meaning"], Value::Null);

        let change = json!({ "body": "Refunds take a day." });
        let changed = desk
            .change(&author, Method::PATCH, &path, change)
            .await
            .ok();
        assert_eq!(
            (&changed["changed"], &changed["title"]),
            (&json!(true), &json!("Refunds & credits"))
        );
        desk.post(&author, &format!("{path}/publish"), json!({}))
            .await
            .ok();
        let back = desk
            .post(
                &author,
                &format!("{path}/rollback"),
                json!({ "version": 1 }),
            )
            .await
            .ok();
        assert_eq!(back["version"], 3);
        let versions = desk
            .get(&reader, &format!("{path}/versions?limit=2"))
            .await
            .ok();
        assert_eq!(versions["items"][0]["number"], 3);
        assert!(versions["next"].is_string());
        let cited = desk.get(&reader, &format!("{path}/versions/2")).await.ok();
        assert_eq!(cited["passages"][0]["text"], "Refunds take a day.");

        desk.post(&author, &format!("{path}/archive"), json!({}))
            .await
            .ok();
        assert_eq!(
            search(&desk, &reader, "q=refund").await.ok()["passages"],
            json!([])
        );
        let index = desk.get(&reader, "/api/v1/knowledge/index").await.ok();
        assert_eq!(
            (&index["articles"], &index["model"]),
            (&json!(0), &Value::Null)
        );
        let audit = desk.get(&admin, "/api/v1/audit").await.ok();
        assert_eq!(audit["items"][0]["action"], "article.archive");
    });
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_field() {
    let desk = Desk::open(Engine::Sqlite).await;
    let author = desk.token(&[Scope::WriteKnowledge, Scope::Read]).await;
    let with = |name: &str, value: Value| {
        let mut article = refunds();
        article[name] = value;
        article
    };
    for (name, value) in [
        ("slug", json!("Not a slug")),
        ("locale", json!("../en")),
        ("title", json!("")),
        ("tags", json!(["x".repeat(50)])),
    ] {
        let refused = desk.post(&author, ARTICLES, with(name, value)).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.json()["field"], name);
    }
    search(&desk, &author, "q=x&limit=0")
        .await
        .is_problem(422, "invalid");
    search(&desk, &author, "q=x&locale=%22")
        .await
        .is_problem(422, "invalid");
    search(&desk, &author, "q=x&audience=all")
        .await
        .is_problem(400, "malformed");
    desk.post(&author, ARTICLES, refunds()).await.ok();
    desk.post(&author, ARTICLES, refunds())
        .await
        .is_problem(409, "conflict");
    let unknown = format!("{ARTICLES}/{}/publish", uuid::Uuid::from_u128(1));
    desk.post(&author, &unknown, json!({}))
        .await
        .is_problem(404, "not_found");
}

#[tokio::test]
async fn a_folder_comes_in_over_the_api_once() {
    let desk = Desk::open(Engine::Sqlite).await;
    let author = desk.token(&[Scope::WriteKnowledge, Scope::Read]).await;
    let files = json!({ "publish": true, "files": [
        { "name": "a.md", "text": "---\naudience: public\n---\nLamps glow." },
        { "name": "b.faq.md", "text": "Q: Who?\nA: Staff." },
        { "name": "c.md", "text": "---\n" },
    ]});
    let report = desk
        .post_once(&author, "/api/v1/knowledge/import", "k1", files.clone())
        .await
        .ok();
    let outcomes: Vec<&str> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["created", "created", "refused"]);
    let again = desk
        .post_once(&author, "/api/v1/knowledge/import", "k1", files)
        .await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let public = search(&desk, &author, "q=who+lamps&audience=public")
        .await
        .ok();
    assert_eq!(public["passages"].as_array().unwrap().len(), 1);
    let listed = desk
        .get(
            &author,
            &format!("{ARTICLES}?status=published&audience=internal"),
        )
        .await
        .ok();
    assert_eq!(listed["items"][0]["slug"], "b");
}

#[tokio::test]
async fn gaps_are_listed_and_closed() {
    let desk = Desk::open(Engine::Sqlite).await;
    let author = desk.token(&[Scope::WriteKnowledge, Scope::Read]).await;
    let found = desk
        .app
        .knowledge()
        .find("Do you ship to Norway?", Audience::Public, None, 1)
        .await;
    let (clock, gap) = (
        desk.shop.setup.clock.clone(),
        NewGap::new("Do you ship to Norway?", &found),
    );
    desk.app
        .db()
        .write(move |tx| record_gap(tx, &clock, &gap))
        .await
        .unwrap();
    let gaps = desk.get(&author, "/api/v1/knowledge/gaps").await.ok();
    assert_eq!(
        (&gaps["items"][0]["count"], &gaps["items"][0]["question"]),
        (&json!(1), &json!("Do you ship to Norway?"))
    );
    let ids = json!({ "ids": [gaps["items"][0]["questions"][0]["id"]] });
    let closed = desk
        .post(&author, "/api/v1/knowledge/gaps/close", ids)
        .await
        .ok();
    assert_eq!(closed["closed"], 1);
    assert_eq!(
        desk.get(&author, "/api/v1/knowledge/gaps").await.ok()["items"],
        json!([])
    );
}

#[test]
fn the_help_pages_show_what_is_public_and_nothing_else() {
    on_both_engines(async |engine| {
        let desk = Desk::open(engine).await;
        let admin = desk.admin().await;
        let empty = desk.get(&Caller::Nobody, "/help").await;
        assert!(empty.status == 200 && empty.text.contains("Nothing is published yet"));
        publish(&desk, &admin, refunds()).await;
        publish(
            &desk,
            &admin,
            json!({ "slug": "vault", "title": "The vault", "body": "swordfish" }),
        )
        .await;
        let draft = json!({ "slug": "soon", "title": "Soon", "audience": "public", "body": "swordfish soon" });
        desk.post(&admin, ARTICLES, draft).await.ok();

        for path in [
            "/help",
            "/help/search?q=swordfish+vault+soon",
            "/help/search?q=",
            "/help/vault",
            "/help/soon",
        ] {
            let page = desk.get(&Caller::Nobody, path).await;
            let told = page.text.replace("swordfish vault soon", "");
            assert!(
                !told.contains("swordfish") && !told.contains("vault"),
                "{path}: {told}"
            );
        }
        for hidden in [
            "/help/vault",
            "/help/soon",
            "/help/nothing",
            "/help/%3Cscript%3E",
        ] {
            let page = desk.get(&Caller::Nobody, hidden).await;
            assert_eq!(page.status, 404, "{hidden}");
            assert!(page.text.contains("There is no such page"));
        }
        let contents = desk.get(&Caller::Nobody, "/help").await;
        assert!(contents.text.contains("<h2>Money</h2>"), "{contents:?}");
        assert!(
            contents
                .text
                .contains("<a href=\"/help/refunds?lang=en\">Refunds &amp; credits</a>"),
            "{contents:?}"
        );
        let page = desk
            .get(&Caller::Nobody, "/help/refunds?lang=en&utm=x")
            .await;
        assert!(
            page.text
                .contains("<title>Refunds &amp; credits – Help centre</title>"),
            "{page:?}"
        );
        assert!(
            page.text.contains("<h2 id=\"how-long\">How long?</h2>"),
            "{page:?}"
        );
        assert!(
            page.text.contains("Updated <time datetime=\"2026-03-01\">"),
            "{page:?}"
        );
        let found = desk
            .get(&Caller::Nobody, "/help/search?q=how+long+refund")
            .await;
        assert!(
            found
                .text
                .contains("href=\"/help/refunds?lang=en#how-long\""),
            "{found:?}"
        );
    });
}

#[tokio::test]
async fn a_help_page_runs_nothing_loads_nothing_and_repeats_nothing_as_markup() {
    let desk = Desk::open(Engine::Sqlite).await;
    let admin = desk.admin().await;
    let hostile = json!({
        "slug": "hostile", "title": "<img src=x onerror=alert(1)>", "audience": "public", "tags": ["\"><script>alert(2)</script>"],
        "body": "## <script>alert(3)</script> x\n\n<img src=x onerror=alert(4)> [a](javascript:alert(5)) ![p](https://t.example/p.gif) lamp",
    });
    publish(&desk, &admin, hostile).await;
    let question = "/help/search?q=%3Cscript%3Ealert(6)%3C/script%3E%22%20onfocus=alert(7)%20lamp";
    for path in ["/help", "/help/hostile", question] {
        let page = desk.get(&Caller::Nobody, path).await;
        assert_eq!(page.status, 200);
        for bad in [
            "<script",
            "<img",
            "href=\"javascript",
            "\" onfocus",
            "t.example",
        ] {
            assert!(!page.text.contains(bad), "{path} {bad}: {}", page.text);
        }
        assert_eq!(
            page.header("content-security-policy"),
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }
    let style = desk.get(&Caller::Nobody, "/help/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn one_address_cannot_keep_the_search_busy() {
    let desk = Desk::open(Engine::Sqlite).await;
    for _ in 0..60 {
        assert_eq!(
            desk.get(&Caller::Nobody, "/help/search?q=lamp")
                .await
                .status,
            200
        );
    }
    desk.get(&Caller::Nobody, "/help/search?q=lamp")
        .await
        .is_problem(429, "too_many_requests");
    assert_eq!(desk.get(&Caller::Nobody, "/help").await.status, 200);
}
