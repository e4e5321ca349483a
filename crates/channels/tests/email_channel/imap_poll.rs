//! Mail in from Dovecot over IMAP.

use crate::dovecot::{Dovecot, PASSWORD, USER};
use std::sync::Mutex;
use std::time::Duration;
use throughline_channels::email::Refusal;
use throughline_channels::email::imap_poll::{
    FetchedMail, ImapCursor, ImapError, ImapMailbox, MailboxSink, Polled, SkippedMail, poll, watch,
};
use throughline_channels::email::smtp_out::MailSecurity;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Keeps the subjects of what it gets.
struct Desk {
    subjects: mpsc::UnboundedSender<String>,
    cursors: Mutex<Vec<ImapCursor>>,
    skipped: Mutex<Vec<SkippedMail>>,
    refusal: Mutex<Option<Refusal>>,
}

impl Desk {
    fn open() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (subjects, arrived) = mpsc::unbounded_channel();
        let desk = Self {
            subjects,
            cursors: Mutex::default(),
            skipped: Mutex::default(),
            refusal: Mutex::default(),
        };
        (desk, arrived)
    }

    /// Refuses the next mails, or takes them again.
    fn refuses(&self, refusal: Option<Refusal>) {
        *self.refusal.lock().unwrap() = refusal;
    }
}

#[async_trait::async_trait]
impl MailboxSink for Desk {
    async fn accept(&self, mail: FetchedMail) -> Result<(), Refusal> {
        if let Some(refusal) = self.refusal.lock().unwrap().clone() {
            return Err(refusal);
        }
        let subject = throughline_mail::parse::parse(&mail.raw)
            .unwrap()
            .subject
            .unwrap_or_default();
        self.cursors.lock().unwrap().push(mail.cursor);
        self.subjects.send(subject).unwrap();
        Ok(())
    }

    async fn skipped(&self, mail: SkippedMail) {
        self.skipped.lock().unwrap().push(mail);
    }
}

fn arrived(arrivals: &mut mpsc::UnboundedReceiver<String>) -> Vec<String> {
    std::iter::from_fn(|| arrivals.try_recv().ok()).collect()
}

fn mailbox(dovecot: &Dovecot) -> ImapMailbox {
    ImapMailbox {
        timeout: Duration::from_secs(20),
        ..ImapMailbox::new(
            "localhost",
            dovecot.port,
            MailSecurity::Plain,
            USER,
            PASSWORD,
        )
    }
}

fn mail(subject: &str) -> String {
    format!("From: ana@example.com\r\nSubject: {subject}\r\n\r\nhi\r\n")
}

#[tokio::test]
async fn unread_mail_comes_first_in_order_and_is_marked_read_once_taken() {
    let dovecot = Dovecot::start();
    dovecot
        .deliver("INBOX", "\\Seen", &mail("read before we came"))
        .await;
    for subject in ["one", "two", "three"] {
        dovecot.deliver("INBOX", "", &mail(subject)).await;
    }
    let (desk, mut arrivals) = Desk::open();
    let first = poll(&mailbox(&dovecot), None, &desk).await.unwrap();
    assert_eq!(arrived(&mut arrivals), ["one", "two", "three"]);
    assert_eq!(
        (first.accepted, first.skipped, first.put_off),
        (3, 0, false)
    );
    assert_eq!(first.cursor, desk.cursors.lock().unwrap().last().copied());
    assert_eq!(dovecot.flags("INBOX").await.matches("\\Seen").count(), 4);

    // Somebody else reads a mail before we do: it comes nevertheless.
    dovecot.deliver("INBOX", "\\Seen", &mail("four")).await;
    let second = poll(&mailbox(&dovecot), first.cursor, &desk).await.unwrap();
    assert_eq!(arrived(&mut arrivals), ["four"]);
    let third = poll(&mailbox(&dovecot), second.cursor, &desk)
        .await
        .unwrap();
    assert_eq!(
        third,
        Polled {
            cursor: second.cursor,
            ..Polled::default()
        }
    );
}

#[tokio::test]
async fn a_mail_the_desk_cannot_take_stays_unread_and_comes_again() {
    let dovecot = Dovecot::start();
    for subject in ["one", "two"] {
        dovecot.deliver("INBOX", "", &mail(subject)).await;
    }
    let (desk, mut arrivals) = Desk::open();
    desk.refuses(Some(Refusal::Temporary("the disk is full".into())));
    let put_off = poll(&mailbox(&dovecot), None, &desk).await.unwrap();
    assert!(put_off.put_off);
    assert_eq!((put_off.cursor, put_off.accepted), (None, 0));
    assert!(!dovecot.flags("INBOX").await.contains("\\Seen"));
    desk.refuses(None);
    poll(&mailbox(&dovecot), put_off.cursor, &desk)
        .await
        .unwrap();
    assert_eq!(arrived(&mut arrivals), ["one", "two"]);
}

#[tokio::test]
async fn a_mail_the_desk_will_never_take_is_reported_and_left_unread() {
    let dovecot = Dovecot::start();
    dovecot.deliver("INBOX", "", &mail("one")).await;
    let (desk, mut arrivals) = Desk::open();
    desk.refuses(Some(Refusal::Permanent("it names no sender".into())));
    let polled = poll(&mailbox(&dovecot), None, &desk).await.unwrap();
    assert_eq!((polled.accepted, polled.skipped), (0, 1));
    assert_eq!(desk.skipped.lock().unwrap()[0].reason, "it names no sender");
    desk.refuses(None);
    poll(&mailbox(&dovecot), polled.cursor, &desk)
        .await
        .unwrap();
    assert!(arrived(&mut arrivals).is_empty());
    assert!(!dovecot.flags("INBOX").await.contains("\\Seen"));
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_reported_and_does_not_hold_up_the_rest() {
    let dovecot = Dovecot::start();
    dovecot
        .deliver(
            "INBOX",
            "",
            &format!("{}{}", mail("large"), "x\r\n".repeat(50_000)),
        )
        .await;
    dovecot.deliver("INBOX", "", &mail("small")).await;
    let (desk, mut arrivals) = Desk::open();
    let config = ImapMailbox {
        max_message_bytes: 100_000,
        ..mailbox(&dovecot)
    };
    let polled = poll(&config, None, &desk).await.unwrap();
    assert_eq!((polled.accepted, polled.skipped), (1, 1));
    assert_eq!(arrived(&mut arrivals), ["small"]);
    let skipped = desk.skipped.lock().unwrap().remove(0);
    assert!(skipped.bytes > 150_000);
    assert!(
        skipped.reason.contains("at most 100000"),
        "{}",
        skipped.reason
    );
}

#[tokio::test]
async fn a_renumbered_mailbox_is_read_anew_without_what_was_read() {
    let dovecot = Dovecot::start();
    dovecot.client().await.imap("CREATE Help").await;
    dovecot.deliver("Help", "", &mail("one")).await;
    let (desk, mut arrivals) = Desk::open();
    let config = ImapMailbox {
        folder: "Help".into(),
        ..mailbox(&dovecot)
    };
    let before = poll(&config, None, &desk).await.unwrap().cursor.unwrap();
    let mut client = dovecot.client().await;
    client.imap("DELETE Help").await;
    client.imap("CREATE Help").await;
    dovecot.deliver("Help", "\\Seen", &mail("one")).await;
    dovecot.deliver("Help", "", &mail("two")).await;
    // A server whose clock stood still may give the same number again.
    let other = ImapCursor {
        uid_validity: before.uid_validity.wrapping_sub(1),
        last_uid: 500,
    };
    let after = poll(&config, Some(other), &desk)
        .await
        .unwrap()
        .cursor
        .unwrap();
    assert_eq!(arrived(&mut arrivals), ["one", "two"]);
    assert_ne!(after.uid_validity, other.uid_validity);
}

#[tokio::test]
async fn connections_are_encrypted_when_wanted() {
    let dovecot = Dovecot::start();
    dovecot.deliver("INBOX", "", &mail("one")).await;
    let (desk, mut arrivals) = Desk::open();
    let trusting = ImapMailbox {
        extra_root_pem: Some(dovecot.certificate.pem.clone()),
        ..mailbox(&dovecot)
    };
    let starttls = ImapMailbox {
        security: MailSecurity::StartTls,
        ..trusting.clone()
    };
    let cursor = poll(&starttls, None, &desk).await.unwrap().cursor;
    assert_eq!(arrived(&mut arrivals), ["one"]);
    dovecot.deliver("INBOX", "", &mail("two")).await;
    let tls = ImapMailbox {
        security: MailSecurity::Tls,
        port: dovecot.tls_port,
        ..trusting
    };
    poll(&tls, cursor, &desk).await.unwrap();
    assert_eq!(arrived(&mut arrivals), ["two"]);
    let stranger = ImapMailbox {
        extra_root_pem: None,
        ..tls
    };
    assert!(matches!(
        poll(&stranger, cursor, &desk).await,
        Err(ImapError::Encryption(_))
    ));
}

#[tokio::test]
async fn what_is_wrong_is_said_clearly() {
    let dovecot = Dovecot::start();
    let (desk, _arrivals) = Desk::open();
    let wrong_password = ImapMailbox {
        password: "guess".into(),
        ..mailbox(&dovecot)
    };
    assert!(matches!(
        poll(&wrong_password, None, &desk).await,
        Err(ImapError::Login(_))
    ));
    let wrong_folder = ImapMailbox {
        folder: "Nowhere".into(),
        ..mailbox(&dovecot)
    };
    assert!(matches!(
        poll(&wrong_folder, None, &desk).await,
        Err(ImapError::Folder(_))
    ));
    let injected = ImapMailbox {
        user: "x\r\na LOGOUT".into(),
        ..mailbox(&dovecot)
    };
    assert!(matches!(
        poll(&injected, None, &desk).await,
        Err(ImapError::Login(_))
    ));
    dovecot.stop();
    assert!(matches!(
        poll(&mailbox(&dovecot), None, &desk).await,
        Err(ImapError::Connect(_))
    ));
    dovecot.run();
}

#[tokio::test]
async fn watching_hears_of_new_mail_at_once_and_survives_a_restart_of_the_server() {
    let dovecot = Dovecot::start();
    dovecot.deliver("INBOX", "", &mail("one")).await;
    let (desk, mut arrivals) = Desk::open();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    // The interval is far beyond the test's patience: only IDLE brings news in time.
    let config = ImapMailbox {
        poll_interval: Duration::from_secs(3_600),
        ..mailbox(&dovecot)
    };
    let story = async {
        let mut next = async || {
            timeout(Duration::from_secs(60), arrivals.recv())
                .await
                .unwrap()
                .unwrap()
        };
        assert_eq!(next().await, "one");
        dovecot.deliver("INBOX", "", &mail("two")).await;
        assert_eq!(next().await, "two");
        dovecot.stop();
        dovecot.run();
        dovecot.deliver("INBOX", "", &mail("three")).await;
        assert_eq!(next().await, "three");
        stop.send(()).unwrap();
    };
    let watching = watch(&config, None, &desk, async {
        let _ = stopped.await;
    });
    tokio::join!(story, watching);
}
