//! What is written down is found when it is published, by those it is for, and as it was then.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use throughline_engine::Error;
use throughline_engine::fetch::{Outside, Reach};
use throughline_engine::job::Runner;
use throughline_engine::knowledge::{
    self, Advice, Article, Audience, Draft, Embed, Filter, Found, IMPORT_PAGE, ImportFile,
    ImportOutcome, ImportPages, ImportWish, ImportedFile, Knowledge, NewGap, Status,
};
use throughline_model::id::ArticleId;
use throughline_storage::{Engine, Query, params};
use throughline_testkit::{Shop, on_both_engines};

/// A library of the shop, as its authors and readers see it.
struct Library {
    shop: Shop,
    knowledge: Knowledge,
}

impl Library {
    async fn open(engine: Engine) -> Self {
        let shop = Shop::open(engine).await;
        let knowledge = Knowledge::new(shop.database.db.clone(), None);
        Self { shop, knowledge }
    }

    async fn write(&self, draft: Draft) -> ArticleId {
        let clock = self.shop.setup.clock.clone();
        let db = &self.shop.database.db;
        let made = db.write(move |tx| knowledge::create(tx, &clock, draft.clone(), None));
        made.await.unwrap().summary.id
    }

    async fn change(&self, id: ArticleId, body: &str) -> Article {
        let (clock, body) = (self.shop.setup.clock.clone(), body.to_owned());
        let db = &self.shop.database.db;
        db.write(move |tx| {
            let draft = Draft {
                body: body.clone(),
                ..knowledge::get(tx, id)?.draft()
            };
            knowledge::change(tx, &clock, id, draft)
        })
        .await
        .unwrap()
    }

    async fn publish(&self, id: ArticleId) -> Result<Article, Error> {
        let clock = self.shop.setup.clock.clone();
        let db = &self.shop.database.db;
        db.write(move |tx| knowledge::publish(tx, &clock, id, "member:1"))
            .await
    }

    async fn published(&self, draft: Draft) -> ArticleId {
        let id = self.write(draft).await;
        self.publish(id).await.unwrap();
        id
    }

    async fn archive(&self, id: ArticleId) {
        let clock = self.shop.setup.clock.clone();
        let db = &self.shop.database.db;
        db.write(move |tx| knowledge::archive(tx, &clock, id))
            .await
            .unwrap();
    }

    async fn ask(&self, question: &str, audience: Audience) -> Found {
        self.knowledge.refresh().await.unwrap();
        self.knowledge.find(question, audience, Some("en"), 5).await
    }

    async fn import(&self, files: &[(&str, &str)]) -> Vec<ImportedFile> {
        let files: Vec<ImportFile> = files
            .iter()
            .map(|(name, text)| ImportFile {
                name: (*name).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        let setup = self.shop.setup.clone();
        let db = &self.shop.database.db;
        db.write(move |tx| knowledge::import(tx, &setup, &files, &wish()))
            .await
            .unwrap()
    }

    async fn all(&self) -> Vec<knowledge::ArticleSummary> {
        let db = &self.shop.database.db;
        db.read(|tx| knowledge::list(tx, Filter::default(), None, 100))
            .await
            .unwrap()
    }
}

fn wish() -> ImportWish {
    ImportWish {
        locale: "en".to_owned(),
        audience: Audience::Public,
        publish: true,
        by: "member:1".to_owned(),
    }
}

fn draft(slug: &str, title: &str, body: &str) -> Draft {
    Draft {
        slug: slug.to_owned(),
        locale: "en".to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        audience: Audience::Public,
        tags: Vec::new(),
        questions: Vec::new(),
    }
}

fn refunds() -> Draft {
    draft(
        "refunds",
        "Refunds",
        "## How long does it take?\n\nA refund takes 5 to 7 business days.",
    )
}

#[test]
fn an_empty_knowledge_base_says_that_it_knows_nothing() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        for question in ["How long does a refund take?", "", "?!", "\"AND* OR("] {
            let found = library.ask(question, Audience::Internal).await;
            assert_eq!(found, Found::nothing(), "{question}");
        }
        library.published(refunds()).await;
        for question in ["", "  ", "?!", "\0"] {
            let found = library.ask(question, Audience::Public).await;
            assert_eq!(found.advice, Advice::HandOff, "{question}");
        }
    });
}

#[test]
fn a_draft_is_found_once_it_is_published_and_no_more_once_it_is_withdrawn() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let question = "how long does a refund take";
        let id = library.write(refunds()).await;
        assert!(
            library
                .ask(question, Audience::Internal)
                .await
                .passages
                .is_empty()
        );

        library.publish(id).await.unwrap();
        let found = library.ask(question, Audience::Public).await;
        let best = &found.passages[0];
        assert_eq!(
            (
                best.article,
                best.version,
                best.anchor.as_str(),
                best.heading.as_str()
            ),
            (
                id.uuid(),
                1,
                "how-long-does-it-take",
                "How long does it take?"
            )
        );
        assert_eq!(best.text, "A refund takes 5 to 7 business days.");
        assert!(best.score > 0.0 && best.score <= 1.0);

        library.archive(id).await;
        assert!(
            library
                .ask(question, Audience::Internal)
                .await
                .passages
                .is_empty()
        );
        library.publish(id).await.unwrap();
        assert_eq!(
            library.ask(question, Audience::Public).await.passages.len(),
            1
        );
    });
}

#[test]
fn the_public_never_finds_what_is_internal_whatever_it_asks() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let secret = Draft {
            audience: Audience::Internal,
            questions: vec!["the password of the vault".to_owned()],
            ..draft(
                "vault",
                "The vault",
                "The password of the vault is swordfish.",
            )
        };
        let id = library.published(secret).await;
        library.published(refunds()).await;
        for question in ["the password of the vault", "The vault", "swordfish"] {
            let found = library.ask(question, Audience::Public).await;
            let texts = serde_json::to_string(&found).unwrap();
            assert!(!texts.contains("swordfish"), "{question}: {texts}");
            let found = library.ask(question, Audience::Internal).await;
            assert_eq!(found.passages[0].article, id.uuid(), "{question}");
        }
        // Nor on the pages.
        let db = &library.shop.database.db;
        let (titles, page) = db
            .read(|tx| {
                let titles = knowledge::published_titles(tx, Audience::Public, &[], 100)?;
                let page = knowledge::published(tx, Audience::Public, "vault", &[])?;
                Ok::<_, Error>((titles, page))
            })
            .await
            .unwrap();
        assert_eq!(titles.len(), 1);
        assert!(page.is_none());
    });
}

#[test]
fn an_edit_counts_when_it_is_published_and_what_was_cited_stays_readable() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let id = library.published(refunds()).await;
        let changed = library.change(id, "Refunds take three days now.").await;
        assert!(changed.summary.changed);
        let found = library.ask("refund days", Audience::Public).await;
        assert!(found.passages[0].text.contains("5 to 7"), "{found:?}");

        let published = library.publish(id).await.unwrap();
        assert_eq!(
            (published.summary.version, published.summary.changed),
            (2, false)
        );
        let found = library.ask("refund days", Audience::Public).await;
        assert_eq!(found.passages.len(), 1);
        assert_eq!(
            (found.passages[0].version, found.passages[0].text.as_str()),
            (2, "Refunds take three days now.")
        );

        let db = &library.shop.database.db;
        let cited = db
            .read(move |tx| knowledge::passages_of(tx, id, 1))
            .await
            .unwrap();
        assert_eq!(cited[0].text, "A refund takes 5 to 7 business days.");

        // Publishing what is published makes no version; going back makes one.
        assert_eq!(library.publish(id).await.unwrap().summary.version, 2);
        let clock = library.shop.setup.clock.clone();
        let back = db
            .write(move |tx| knowledge::roll_back(tx, &clock, id, 1, "member:1"))
            .await
            .unwrap();
        assert_eq!(back.summary.version, 3);
        let found = library.ask("refund days", Audience::Public).await;
        assert!(found.passages[0].text.contains("5 to 7"));
        let versions = db
            .read(move |tx| knowledge::versions(tx, id, None, 10))
            .await
            .unwrap();
        let numbers: Vec<i64> = versions.iter().map(|one| one.number).collect();
        assert_eq!(numbers, [3, 2, 1]);
    });
}

#[test]
fn nothing_is_published_without_text_or_twice_under_one_address() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let id = library
            .write(draft("empty", "Empty", "# Only a heading"))
            .await;
        let refused = library.publish(id).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: "body", .. })),
            "{refused:?}"
        );
        let kept = &library.all().await[0];
        assert_eq!((kept.status, kept.version), (Status::Draft, 0));

        let clock = library.shop.setup.clock.clone();
        let db = &library.shop.database.db;
        let twice = db
            .write(move |tx| knowledge::create(tx, &clock, draft("empty", "Again", "x"), None))
            .await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
        let german = Draft {
            locale: "de".to_owned(),
            ..draft("empty", "Leer", "x")
        };
        library.write(german).await;
    });
}

#[test]
fn a_question_is_answered_in_its_language_where_there_is_an_answer() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        library.published(refunds()).await;
        let german = Draft {
            locale: "de".to_owned(),
            ..draft(
                "refunds",
                "Erstattung",
                "Die Rückerstattung dauert 5 bis 7 Werktage.",
            )
        };
        library.published(german).await;
        library.knowledge.refresh().await.unwrap();
        let ask = async |question, locale| {
            let found = library
                .knowledge
                .find(question, Audience::Public, locale, 5)
                .await;
            found.passages.first().map(|one| one.locale.clone())
        };
        assert_eq!(
            ask("Wie lange dauert die Erstattung?", Some("de-AT"))
                .await
                .as_deref(),
            Some("de")
        );
        assert_eq!(ask("rückerstatten", None).await.as_deref(), Some("de"));
        assert_eq!(ask("refund", Some("fr")).await.as_deref(), Some("en"));
        assert_eq!(
            ask("how long for a refund", Some("de")).await.as_deref(),
            Some("en")
        );
    });
}

/// Knows two meanings, and counts how often it is asked.
struct TwoMeanings(Arc<AtomicUsize>);

impl Embed for TwoMeanings {
    fn model(&self) -> &str {
        "two-meanings"
    }

    fn embed(&self, text: &str) -> Option<Vec<f32>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let text = text.to_lowercase();
        let has =
            |words: &[&str]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
        let money = has(&["refund", "money", "reimburse"]);
        let parcel = has(&["ship", "parcel", "carrier"]);
        (!text.contains("unreadable")).then(|| vec![money, parcel, 0.1])
    }
}

#[test]
fn meaning_is_computed_in_the_background_once_and_survives_a_restart() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        library.published(refunds()).await;
        library
            .published(draft("shipping", "Shipping", "By parcel."))
            .await;
        library
            .published(draft("odd", "Odd", "This is unreadable."))
            .await;
        let asked = Arc::new(AtomicUsize::new(0));
        let start = || {
            let db = library.shop.database.db.clone();
            Knowledge::new(db, Some(Arc::new(TwoMeanings(Arc::clone(&asked)))))
        };
        let knowledge = start();
        knowledge.refresh().await.unwrap();
        // Found by words before its meaning is known.
        let found = knowledge.find("refund", Audience::Public, None, 5).await;
        assert_eq!(found.passages.len(), 1);
        assert_eq!(knowledge.progress().embedded, 0);
        while knowledge.embed_some().await.unwrap() {}
        let progress = knowledge.progress();
        // The refund's passage and its question, the shipping; one text cannot be read.
        assert_eq!(
            (progress.articles, progress.units, progress.embedded),
            (3, 4, 3)
        );
        let found = knowledge
            .find("I want to be reimbursed", Audience::Public, None, 5)
            .await;
        assert_eq!(found.passages[0].slug, "refunds");
        assert!(
            found.passages[0]
                .meaning
                .is_some_and(|meaning| meaning > 0.9),
            "{found:?}"
        );

        let before = asked.load(Ordering::SeqCst);
        let restarted = start();
        restarted.refresh().await.unwrap();
        while restarted.embed_some().await.unwrap() {}
        assert_eq!(restarted.progress(), progress);
        // Only the text that could not be read was tried again.
        assert_eq!(asked.load(Ordering::SeqCst), before + 1);
    });
}

#[test]
fn files_become_articles_and_a_second_import_changes_only_what_changed() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let files = [
            (
                "shop/returns.md",
                "---\ntitle: Returns\nquestions: [send back]\n---\nSend it back.",
            ),
            (
                "page.html",
                "<html lang=en><title>T</title><body><main><h1>Stores</h1><p>Open daily.</main>",
            ),
            ("contact.faq.md", "Q: How do I reach you?\nA: By chat."),
            (
                "staff.md",
                "---\naudience: internal\n---\n# For staff\nShh.",
            ),
            ("later.md", "---\nstatus: draft\n---\nNot yet."),
            ("bad.md", "---\ntitle: x"),
            ("returns.html", "<p>The same name again</p>"),
            ("table.xlsx", "PK"),
        ];
        let outcome =
            |files: Vec<ImportedFile>| files.into_iter().map(|one| one.outcome).collect::<Vec<_>>();
        use ImportOutcome::{Changed, Created, Refused, Unchanged};
        assert_eq!(
            outcome(library.import(&files).await),
            [
                Created, Created, Created, Created, Created, Refused, Refused, Refused
            ]
        );
        assert_eq!(
            library.ask("send back", Audience::Public).await.passages[0].slug,
            "returns"
        );
        assert_eq!(
            library
                .ask("how do i reach you", Audience::Public)
                .await
                .passages[0]
                .text,
            "By chat."
        );
        assert!(
            library
                .ask("not yet", Audience::Internal)
                .await
                .passages
                .iter()
                .all(|one| one.slug != "later")
        );

        let again = [
            files[0],
            ("contact.faq.md", "Q: How do I reach you?\nA: By mail."),
        ];
        assert_eq!(outcome(library.import(&again).await), [Unchanged, Changed]);
        let all = library.all().await;
        let version = |slug: &str| {
            all.iter()
                .find(|one| one.slug == slug)
                .map(|one| one.version)
        };
        assert_eq!((version("returns"), version("contact")), (Some(1), Some(2)));
    });
}

#[test]
fn questions_without_an_answer_are_grouped_until_they_are_closed() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let (clock, db) = (library.shop.setup.clock.clone(), &library.shop.database.db);
        for question in [
            "Do you ship to Norway?",
            "can you ship to norway",
            "student discount",
            "  ",
            "?",
        ] {
            let found = library.ask(question, Audience::Public).await;
            let (clock, gap) = (clock.clone(), NewGap::new(question, &found));
            db.write(move |tx| knowledge::record_gap(tx, &clock, &gap))
                .await
                .unwrap();
            library.shop.setup.clock.advance(1000);
        }
        let gaps = knowledge::gaps(db).await.unwrap();
        let short: Vec<_> = gaps
            .iter()
            .map(|group| (group.question.as_str(), group.count))
            .collect();
        assert_eq!(
            short,
            [("can you ship to norway", 2), ("student discount", 1)]
        );
        let ids: Vec<_> = gaps[0].questions.iter().map(|one| one.id).collect();
        let closed = db
            .write(move |tx| knowledge::close_gaps(tx, &clock, &ids))
            .await
            .unwrap();
        assert_eq!(closed, 2);
        assert_eq!(knowledge::gaps(db).await.unwrap().len(), 1);
    });
}

/// A site with two pages, one of them not HTML.
async fn site() -> String {
    let page = "<html><head><title>Care</title></head><body><nav>Menu</nav><article><h1>Care of wool</h1><p>Wash it by hand.</p><script>steal()</script></article></body></html>";
    let router = axum::Router::new()
        .route(
            "/care.html",
            axum::routing::get(move || async move { axum::response::Html(page) }),
        )
        .route("/data", axum::routing::get(|| async { "data" }));
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, router).await });
    base
}

#[test]
fn pages_of_a_list_are_read_in_the_background_by_the_guarded_way_out() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let base = site().await;
        let list = format!("# our pages\n{base}/care.html\n{base}/data\n{base}/gone\n");
        let imported = library.import(&[("pages.urls", &list)]).await;
        assert_eq!(imported[0].outcome, ImportOutcome::Queued);

        let run = async |allow_private| {
            let reach = Reach {
                allow_private,
                vouched_hosts: Vec::new(),
            };
            let (db, setup) = (library.shop.database.db.clone(), library.shop.setup.clone());
            let pages = ImportPages::new(db.clone(), setup.clone(), Outside::new(reach).unwrap());
            let runner = Runner::new(db, setup).with(IMPORT_PAGE, Arc::new(pages), 1);
            runner.run_due().await.unwrap()
        };
        // A list cannot make us read what only we can reach.
        assert_eq!(run(false).await, 3);
        assert!(library.all().await.is_empty());

        library.import(&[("pages.urls", &list)]).await;
        assert_eq!(run(true).await, 3);
        let all = library.all().await;
        assert_eq!(all.len(), 1);
        assert_eq!(
            (all[0].title.as_str(), all[0].slug.as_str()),
            ("Care of wool", "care")
        );
        let found = library.ask("wash wool", Audience::Public).await;
        assert_eq!(found.passages[0].text, "Wash it by hand.");
    });
}

#[test]
fn other_processes_follow_in_order_however_many_publish() {
    on_both_engines(async |engine| {
        let library = Library::open(engine).await;
        let follower = Knowledge::new(library.shop.database.db.clone(), None);
        for round in 0..3 {
            let writes = (0..4).map(|n| {
                let slug = format!("a{round}-{n}");
                library.published(draft(&slug, "Same title", "The same text about lanterns."))
            });
            futures::future::join_all(writes).await;
            follower.refresh().await.unwrap();
            assert_eq!(follower.progress().articles, 4 * (round + 1));
        }
        // Whoever followed step by step and whoever starts now give the same answer.
        let fresh = Knowledge::new(library.shop.database.db.clone(), None);
        fresh.refresh().await.unwrap();
        let ask = |knowledge: &Knowledge| knowledge.search("lanterns", Audience::Public, None, 5);
        assert_eq!(ask(&follower), ask(&fresh));
        assert_eq!(ask(&fresh).passages.len(), 5);
        let query = Query::plain(
            "t.revisions",
            "SELECT COUNT(DISTINCT revision) AS n FROM article",
        );
        let db = &library.shop.database.db;
        let revisions: i64 = db
            .read(move |tx| tx.one(&query, params![], |row| row.get("n")))
            .await
            .unwrap();
        assert_eq!(revisions, 12);
    });
}
