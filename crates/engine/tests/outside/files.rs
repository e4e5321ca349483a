//! Files that a provider holds for us become attachments, or say why not.

use crate::receiver::{Receiver, Seen, reply};
use crate::scanner::Scanner;
use bytes::Bytes;
use std::sync::Arc;
use throughline_engine::Error;
use throughline_engine::attachment::{self, Clamd, Files, SCAN_FILE, ScanFiles, StoredFile};
use throughline_engine::fetch::{Credential, FetchFiles, Outside, Reach};
use throughline_engine::intake::{FETCH_FILE, Received};
use throughline_engine::job::{self, LEASE_MS, Runner};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::{File, RemoteFile};
use throughline_storage::{Engine, Hint};
use throughline_testkit::{Shop, on_both_engines};

/// The harmless file every virus scanner is meant to find, in two halves so that none finds it here.
const EICAR: [&str; 2] = [
    r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-",
    "ANTIVIRUS-TEST-FILE!$H+H*",
];

fn eicar() -> Bytes {
    EICAR.concat().into()
}

/// A shop whose SMS provider keeps pictures for it.
struct Provider {
    shop: Shop,
    api: Receiver,
    fetcher: Arc<FetchFiles>,
    scanning: Arc<ScanFiles>,
}

impl Provider {
    async fn of(engine: Engine) -> Self {
        Self::serving(Shop::open(engine).await, true).await
    }

    async fn serving(shop: Shop, allow_private: bool) -> Self {
        let api = Receiver::start().await;
        let reach = Reach {
            allow_private,
            vouched_hosts: Vec::new(),
        };
        let credential = |password: &str| Credential {
            place: api.url("/2010-04-01/").parse().unwrap(),
            user: "AC1".to_owned(),
            password: password.to_owned(),
        };
        let credentials = [(shop.sms, vec![credential("old"), credential("new")])];
        let (db, files) = (shop.database.db.clone(), shop.files.clone());
        let fetcher = FetchFiles::new(
            db.clone(),
            shop.setup.clone(),
            files.clone(),
            Outside::new(reach).unwrap(),
            credentials.into(),
        );
        Self {
            shop,
            api,
            fetcher: Arc::new(fetcher),
            scanning: Arc::new(ScanFiles::new(db, files)),
        }
    }

    /// A customer sends a picture.
    async fn picture(&self) -> Received {
        let anna = Identifier::parse(IdentifierKind::Phone, "+4915112345678", None).unwrap();
        let mut message = self.shop.message(&anna, "See?");
        message.content.remote_files = vec![RemoteFile {
            url: self.api.url("/2010-04-01/Media/ME1"),
            media_type: "image/png".to_owned(),
        }];
        self.shop.receive(message).await
    }

    async fn run(&self) -> usize {
        Runner::new(self.shop.database.db.clone(), self.shop.setup.clone())
            .with(FETCH_FILE, Arc::clone(&self.fetcher) as _, 1)
            .with(SCAN_FILE, Arc::clone(&self.scanning) as _, 1)
            .run_due()
            .await
            .unwrap()
    }

    async fn file(&self, received: &Received) -> StoredFile {
        let entry = received.entry.unwrap();
        let db = &self.shop.database.db;
        let mut files = db
            .read(move |tx| attachment::of_entry(tx, entry))
            .await
            .unwrap();
        assert_eq!(files.len(), 1);
        files.remove(0)
    }
}

fn png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(2, 2)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

#[test]
fn a_picture_is_fetched_with_the_endpoints_credentials_and_shown() {
    on_both_engines(async |engine| {
        let provider = Provider::of(engine).await;
        let received = provider.picture().await;
        let file = provider.file(&received).await;
        assert_eq!(file.state, "pending", "people see that there is something");
        // The first token was just replaced.
        provider.api.will(reply(401, &[], ""));
        provider.api.will(reply(200, &[], png()));
        let mut hints = provider.shop.database.db.hints().listen();
        provider.run().await;
        let auth = |seen: &Seen| seen.header("authorization").unwrap().to_owned();
        let seen = provider.api.seen();
        assert_eq!(auth(&seen[0]), "Basic QUMxOm9sZA==");
        assert_eq!(auth(&seen[1]), "Basic QUMxOm5ldw==");
        let file = provider.file(&received).await;
        assert_eq!((file.state.as_str(), file.reason), ("stored", None));
        assert_eq!(file.media_type, "image/png");
        assert_eq!(file.name, "ME1.png");
        assert!(provider.shop.files.read(&file.object_key).await.is_ok());
        let mut changed = false;
        while let Ok(hint) = hints.try_recv() {
            changed |= hint
                == Hint::Changed {
                    conversation: received.conversation,
                };
        }
        assert!(changed, "whoever looks at the conversation looks again");
        assert_eq!(provider.run().await, 0);
    });
}

#[test]
fn a_provider_that_is_down_is_asked_again_and_in_the_end_the_file_is_missing() {
    on_both_engines(async |engine| {
        let provider = Provider::of(engine).await;
        let received = provider.picture().await;
        provider.api.will_say(&[503; 8]);
        for _ in 0..8 {
            provider.run().await;
            let file = provider.file(&received).await;
            assert_eq!(file.state, "missing");
            let why = file.reason.unwrap();
            assert!(why.contains("503"), "{why}");
            provider.shop.setup.clock.advance(86_400_000);
        }
        assert_eq!(provider.run().await, 0);
        assert_eq!(provider.api.count(), 8);

        // A person tries again when the provider is back.
        let (db, clock) = (&provider.shop.database.db, &provider.shop.setup.clock);
        let dead = db.read(|tx| job::dead(tx, None, 10)).await.unwrap();
        let (id, clock) = (dead[0].id, clock.clone());
        db.write(move |tx| job::replay(tx, &clock, id))
            .await
            .unwrap();
        provider.api.will(reply(200, &[], png()));
        provider.run().await;
        assert_eq!(provider.file(&received).await.state, "stored");
    });
}

#[test]
fn a_worker_that_dies_after_it_stored_a_file_attaches_it_once() {
    on_both_engines(async |engine| {
        let provider = Provider::of(engine).await;
        let received = provider.picture().await;
        provider.api.will(reply(200, &[], png()));
        let clock = provider.shop.setup.clock.clone();
        let db = &provider.shop.database.db;
        let jobs = db
            .write(move |tx| job::claim(tx, &clock, FETCH_FILE, 1))
            .await
            .unwrap();
        job::Handler::handle(provider.fetcher.as_ref(), &jobs[0])
            .await
            .unwrap();
        provider.shop.setup.clock.advance(LEASE_MS + 1);
        provider.run().await;
        assert_eq!(provider.api.count(), 1, "what is here is not fetched again");
        assert_eq!(provider.file(&received).await.state, "stored");
    });
}

#[test]
fn what_may_not_be_fetched_is_refused_at_once_and_says_why() {
    on_both_engines(async |engine| {
        let provider = Provider::serving(Shop::open(engine).await, false).await;
        let received = provider.picture().await;
        provider.run().await;
        assert_eq!(provider.api.count(), 0, "a place inside");
        let file = provider.file(&received).await;
        assert_eq!(file.state, "refused");
        assert!(file.reason.unwrap().contains("https"));

        let provider = Provider::of(engine).await;
        let received = provider.picture().await;
        provider.api.will(reply(
            200,
            &[],
            vec![0; provider.shop.files.max_bytes() + 1],
        ));
        provider.run().await;
        let file = provider.file(&received).await;
        assert_eq!(file.state, "refused");
        assert_eq!(
            file.reason.as_deref(),
            Some("the answer is larger than 1000000 bytes")
        );
        assert_eq!(provider.run().await, 0, "asking again would not help");
    });
}

fn with_scanner(shop: &mut Shop, address: &str) {
    shop.files = shop.files.clone().with_scanner(Clamd::new(address));
}

fn upload(name: &str, body: impl Into<Bytes>) -> File {
    File {
        name: name.to_owned(),
        media_type: "application/octet-stream".to_owned(),
        content_id: None,
        body: body.into(),
    }
}

#[test]
fn an_infected_file_is_refused_whichever_way_it_comes() {
    on_both_engines(async |engine| {
        let scanner = Scanner::start().await;
        let mut shop = Shop::open(engine).await;
        with_scanner(&mut shop, &scanner.address);
        let provider = Provider::serving(shop, true).await;

        let fetched = provider.picture().await;
        provider.api.will(reply(200, &[], eicar()));
        provider.run().await;
        let by_fetching = provider.file(&fetched).await;

        let anna = Identifier::parse(IdentifierKind::Email, "anna@example.com", None).unwrap();
        let mut mail = provider.shop.message(&anna, "Invoice attached");
        mail.content.files = vec![upload("invoice.com", eicar())];
        let by_mail = provider.file(&provider.shop.receive(mail).await).await;

        for file in [by_fetching, by_mail] {
            assert_eq!(file.state, "refused");
            assert_eq!(
                file.reason.as_deref(),
                Some("the virus scanner found Eicar-Test-Signature")
            );
            let read = provider.shop.files.read(&file.object_key).await;
            assert!(matches!(read, Err(Error::NotFound { .. })), "{read:?}");
        }
        let clean = upload("notes.txt", "all well");
        let clean = provider.shop.files.keep(&clean).await.unwrap();
        assert_eq!(clean.state, "stored");
    });
}

#[test]
fn without_its_scanner_nothing_is_handed_out_and_nothing_is_lost() {
    on_both_engines(async |engine| {
        let scanner = Scanner::start().await;
        scanner.stop();
        let mut shop = Shop::open(engine).await;
        with_scanner(&mut shop, &scanner.address);
        let provider = Provider::serving(shop, true).await;
        let anna = Identifier::parse(IdentifierKind::Email, "anna@example.com", None).unwrap();
        let mut letters = Vec::new();
        for file in [upload("photo.png", png()), upload("bad.com", eicar())] {
            let mut mail = provider.shop.message(&anna, "See attached");
            mail.content.files = vec![file];
            letters.push(provider.shop.receive(mail).await);
        }
        provider.run().await;
        for letter in &letters {
            let file = provider.file(letter).await;
            assert_eq!(file.state, "unscanned");
            let read = provider.shop.files.read(&file.object_key).await;
            assert!(matches!(read, Err(Error::Conflict(_))), "{read:?}");
        }

        scanner.resume();
        provider.shop.setup.clock.advance(60_000);
        provider.run().await;
        let photo = provider.file(&letters[0]).await;
        assert_eq!(
            (photo.state.as_str(), photo.media_type.as_str()),
            ("stored", "image/png")
        );
        assert!(provider.shop.files.read(&photo.object_key).await.is_ok());
        let bad = provider.file(&letters[1]).await;
        assert_eq!(bad.state, "refused");
        assert!(provider.shop.files.read(&bad.object_key).await.is_err());
        assert_eq!(provider.run().await, 0);
    });
}

#[tokio::test]
async fn only_a_scanner_that_says_clean_makes_a_file_clean() {
    let scanner = Scanner::start().await;
    let shop = Shop::open(Engine::Sqlite).await;
    let files = |address: &str| -> Files { shop.files.clone().with_scanner(Clamd::new(address)) };
    let note = upload("notes.txt", vec![b'x'; 300_000]);
    for (answer, state) in [
        ("stream: OK\0", "stored"),
        ("stream: Some.Thing FOUND\0", "refused"),
        ("INSTREAM size limit exceeded. ERROR\0", "refused"),
        ("", "unscanned"),
        ("OK", "unscanned"),
        ("ERROR\0", "unscanned"),
    ] {
        scanner.will_say(answer);
        let kept = files(&scanner.address).keep(&note).await.unwrap();
        assert_eq!(kept.state, state, "{answer:?}");
    }
    // The same over a local socket.
    let local = Scanner::start_local().await;
    let kept = files(&local.address)
        .keep(&upload("a", eicar()))
        .await
        .unwrap();
    assert_eq!(kept.state, "refused");
    let kept = files("unix:/nowhere/clamd.sock").keep(&note).await.unwrap();
    assert_eq!(kept.state, "unscanned");
}

#[test]
fn the_business_sends_no_file_that_is_not_scanned() {
    on_both_engines(async |engine| {
        let scanner = Scanner::start().await;
        scanner.stop();
        let mut shop = Shop::open(engine).await;
        with_scanner(&mut shop, &scanner.address);
        let file = shop
            .files
            .keep(&upload("label.pdf", "%PDF-1.4"))
            .await
            .unwrap();
        let anna = Identifier::parse(IdentifierKind::Email, "anna@example.com", None).unwrap();
        let letter = shop.hears(&anna, "Where is my label?").await;
        let (id, now) = (file.id, shop.setup.clock.now());
        let sent = shop
            .database
            .db
            .write(move |tx| {
                attachment::upload(tx, &file, "business", now)?;
                attachment::claim_by_business(tx, &[id], letter.conversation, letter.entry.unwrap())
            })
            .await;
        assert!(matches!(sent, Err(Error::Conflict(_))), "{sent:?}");
    });
}
