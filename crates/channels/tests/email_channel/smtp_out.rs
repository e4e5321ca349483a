//! Mail out: to aiosmtpd, a server that others have written, and over connections that break.

use crate::certificate::Certificate;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;
use throughline_channels::email::smtp_out::{EmailAdapter, MailSecurity, SmtpRelay};
use throughline_mail::address::MailAddress;
use throughline_mail::build::Letterhead;
use throughline_mail::parse::parse;
use throughline_mail::tokens::MailKeys;
use throughline_model::channel::ChannelAdapter;
use throughline_model::clock::Clock;
use throughline_model::id::{ConversationId, DeliveryId, EndpointId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::outbound::{Outbound, Reconciled, SendOutcome};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use uuid::Uuid;

/// aiosmtpd on a port of its own.
struct Relay {
    _process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Relay {
    async fn start(arguments: &[&str]) -> Self {
        let python =
            std::env::var("THROUGHLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/counterparts/email/smtp_sink.py"
        );
        let mut process = Command::new(&python)
            .arg(script)
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{python} does not start ({error}); run this by `cargo xtask test`")
            });
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().unwrap_or_else(|| {
            panic!(
                "{python} cannot run aiosmtpd; `cargo xtask test` installs it and runs this test"
            )
        });
        Self {
            _process: process,
            lines,
            port: port.parse().unwrap(),
        }
    }

    /// The next mail it has taken.
    async fn mail(&mut self) -> Value {
        serde_json::from_str(&self.lines.next_line().await.unwrap().unwrap()).unwrap()
    }
}

fn relay(port: u16) -> SmtpRelay {
    SmtpRelay {
        command_timeout: Duration::from_secs(10),
        data_timeout: Duration::from_secs(10),
        ..SmtpRelay::new("localhost", port, MailSecurity::Plain, "mx.shop.example")
    }
}

fn adapter(relay: SmtpRelay) -> EmailAdapter {
    adapter_from(relay, "support@shop.example")
}

fn adapter_from(relay: SmtpRelay, from: &str) -> EmailAdapter {
    let letterhead = Letterhead {
        from: MailAddress::named("Shop", from),
        message_id_domain: "shop.example".into(),
        plus_addressing: true,
        dkim: None,
    };
    let keys = MailKeys::new(*b"a secret of thirty-two bytes....").unwrap();
    EmailAdapter::new(relay, letterhead, keys, Clock::fixed(1_772_442_000_000))
}

fn answer_to(recipient: &str) -> Outbound {
    Outbound {
        delivery: DeliveryId(Uuid::from_u128(2)),
        conversation: ConversationId(Uuid::from_u128(1)),
        endpoint: EndpointId(Uuid::from_u128(3)),
        client_message_id: "c1".into(),
        to: Identifier {
            kind: IdentifierKind::Email,
            value: recipient.into(),
        },
        to_name: None,
        text: "It is on its way.\n.\n..\nBo".into(),
        subject: Some("Re: Größe".into()),
        in_reply_to: None,
        references: vec![],
        automatic: false,
        files: vec![],
    }
}

fn is_retry(outcome: &SendOutcome, hint: &str) -> bool {
    matches!(outcome, SendOutcome::Retry { reason, .. } if reason.contains(hint))
}

#[tokio::test]
async fn an_answer_arrives_as_it_was_written_and_is_named_by_its_message_id() {
    let mut server = Relay::start(&[]).await;
    let outcome = adapter(relay(server.port))
        .send(&answer_to("ana@example.com"))
        .await;
    let SendOutcome::Sent {
        provider_id,
        parts: None,
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    let taken = server.mail().await;
    assert_eq!(taken["mail_from"], "support@shop.example");
    assert_eq!(taken["rcpt_to"][0], "ana@example.com");
    let mail = parse(&STANDARD.decode(taken["content"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(mail.message_id.as_deref(), Some(provider_id.as_str()));
    assert_eq!(mail.text.trim_end(), answer_to("x").text);
    assert_eq!(mail.subject.as_deref(), Some("Re: Größe"));
}

#[tokio::test]
async fn refusals_tell_whether_to_try_again() {
    let server = Relay::start(&[]).await;
    let send =
        |to: &'static str| async move { adapter(relay(server.port)).send(&answer_to(to)).await };
    assert!(is_retry(&send("rcpt4xx@example.com").await, "mailbox busy"));
    assert!(is_retry(&send("data4xx@example.com").await, "disk full"));
    for (to, code, words) in [
        ("rcpt5xx@example.com", "550", "no such user"),
        ("data5xx@example.com", "554", "content refused"),
    ] {
        let outcome = send(to).await;
        let SendOutcome::Permanent {
            code: found,
            reason,
        } = &outcome
        else {
            panic!("{outcome:?}")
        };
        assert_eq!(found, code);
        assert!(reason.contains(words), "{reason}");
    }
}

#[tokio::test]
async fn a_refused_sender_is_told_apart_too() {
    let server = Relay::start(&[]).await;
    let later = adapter_from(relay(server.port), "mailfrom4xx@shop.example");
    assert!(is_retry(
        &later.send(&answer_to("ana@example.com")).await,
        "not now"
    ));
    let never = adapter_from(relay(server.port), "mailfrom5xx@shop.example");
    assert!(matches!(
        never.send(&answer_to("ana@example.com")).await,
        SendOutcome::Permanent { .. }
    ));
}

#[tokio::test]
async fn an_address_with_line_breaks_never_reaches_the_relay() {
    let server = Relay::start(&[]).await;
    let outcome = adapter(relay(server.port))
        .send(&answer_to("ana@example.com>\r\nRCPT TO:<eve@example.com"))
        .await;
    assert!(
        matches!(&outcome, SendOutcome::Permanent { code, .. } if code == "mail_not_built"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn international_addresses_are_announced() {
    let mut server = Relay::start(&[]).await;
    let outcome = adapter(relay(server.port))
        .send(&answer_to("žofie@example.com"))
        .await;
    assert!(matches!(outcome, SendOutcome::Sent { .. }), "{outcome:?}");
    assert_eq!(server.mail().await["rcpt_to"][0], "žofie@example.com");
}

#[tokio::test]
async fn nobody_listening_means_try_again() {
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert!(is_retry(
        &adapter(relay(free))
            .send(&answer_to("ana@example.com"))
            .await,
        "cannot be reached"
    ));
}

/// Certificate and key as files, since other programs read files.
struct Files {
    folder: std::path::PathBuf,
}

impl Files {
    fn of(certificate: &Certificate, name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("throughline-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("cert.pem"), &certificate.pem).unwrap();
        std::fs::write(folder.join("key.pem"), &certificate.key_pem).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn encryption_and_log_in_are_used_and_their_failure_is_no_fault_of_the_mail() {
    let certificate = Certificate::for_host("localhost");
    let files = Files::of(&certificate, "smtp-out");
    let mut server = Relay::start(&[
        &files.path("cert.pem"),
        &files.path("key.pem"),
        "shop",
        "s3cret",
    ])
    .await;
    let mut secure = relay(server.port);
    secure.security = MailSecurity::StartTls;
    secure.extra_root_pem = Some(certificate.pem.clone());
    secure.credentials = Some(("shop".into(), "s3cret".into()));
    let outcome = adapter(secure.clone())
        .send(&answer_to("ana@example.com"))
        .await;
    assert!(matches!(outcome, SendOutcome::Sent { .. }), "{outcome:?}");
    let taken = server.mail().await;
    assert_eq!(
        (&taken["encrypted"], &taken["authenticated"]),
        (&Value::Bool(true), &Value::Bool(true))
    );

    let wrong_password = SmtpRelay {
        credentials: Some(("shop".into(), "guess".into())),
        ..secure.clone()
    };
    assert!(is_retry(
        &adapter(wrong_password)
            .send(&answer_to("ana@example.com"))
            .await,
        "check user and password"
    ));
    let stranger = SmtpRelay {
        extra_root_pem: None,
        ..secure
    };
    assert!(is_retry(
        &adapter(stranger).send(&answer_to("ana@example.com")).await,
        "cannot be encrypted"
    ));
}

#[tokio::test]
async fn a_relay_that_cannot_encrypt_gets_no_mail_when_encryption_is_wanted() {
    let server = Relay::start(&[]).await;
    let mut secure = relay(server.port);
    secure.security = MailSecurity::StartTls;
    assert!(is_retry(
        &adapter(secure).send(&answer_to("ana@example.com")).await,
        "cannot be encrypted"
    ));
}

#[tokio::test]
async fn encryption_that_is_only_welcome_is_used_where_it_is_offered() {
    let certificate = Certificate::for_host("localhost");
    let files = Files::of(&certificate, "smtp-out-welcome");
    let mut able = Relay::start(&[&files.path("cert.pem"), &files.path("key.pem")]).await;
    let mut unable = Relay::start(&[]).await;
    for (server, encrypted) in [(&mut able, true), (&mut unable, false)] {
        let mut welcome = relay(server.port);
        welcome.security = MailSecurity::StartTlsIfOffered;
        welcome.extra_root_pem = Some(certificate.pem.clone());
        let outcome = adapter(welcome).send(&answer_to("ana@example.com")).await;
        assert!(matches!(outcome, SendOutcome::Sent { .. }), "{outcome:?}");
        assert_eq!(server.mail().await["encrypted"], Value::Bool(encrypted));
    }
}

/// When the line to the relay is cut.
#[derive(Clone, Copy)]
enum Cut {
    /// As soon as the client has sent this.
    WhenClientSends(&'static str),
    /// When the server has answered this, before the client hears it.
    WhenServerSays(&'static str),
}

/// A wire to the server on `port` that is cut at a certain moment.
async fn cut_wire(port: u16, cut: Cut) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ours = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let (client_in, client_out) = client.into_split();
        let (server_in, server_out) = server.into_split();
        let (up, down) = match cut {
            Cut::WhenClientSends(words) => (Some(words), None),
            Cut::WhenServerSays(words) => (None, Some(words)),
        };
        tokio::select! {
            () = pass(client_in, server_out, up) => {}
            () = pass(server_in, client_out, down) => {}
        }
    });
    ours
}

async fn pass(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    until: Option<&str>,
) {
    let mut seen = Vec::new();
    let mut piece = [0u8; 4096];
    while let Ok(read) = from.read(&mut piece).await {
        seen.extend_from_slice(&piece[..read]);
        if read == 0 || until.is_some_and(|words| String::from_utf8_lossy(&seen).contains(words)) {
            return;
        }
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn what_a_broken_connection_means_depends_on_when_it_broke() {
    for (cut, may_have_arrived) in [
        (Cut::WhenServerSays("220"), false),
        (Cut::WhenClientSends("EHLO"), false),
        (Cut::WhenClientSends("MAIL FROM"), false),
        (Cut::WhenClientSends("RCPT TO"), false),
        (Cut::WhenClientSends("DATA"), false),
        (Cut::WhenServerSays("354"), false),
        (Cut::WhenClientSends("It is on its way"), true),
        (Cut::WhenServerSays("250 Taken"), true),
    ] {
        let server = Relay::start(&[]).await;
        let port = cut_wire(server.port, cut).await;
        let sender = adapter(relay(port));
        let outcome = sender.send(&answer_to("ana@example.com")).await;
        match cut {
            Cut::WhenClientSends(words) | Cut::WhenServerSays(words) if may_have_arrived => {
                assert!(
                    matches!(outcome, SendOutcome::Unknown { .. }),
                    "{words}: {outcome:?}"
                );
                assert_eq!(
                    sender.reconcile(&answer_to("ana@example.com")).await,
                    Reconciled::CannotTell
                );
            }
            Cut::WhenClientSends(words) | Cut::WhenServerSays(words) => {
                assert!(
                    matches!(outcome, SendOutcome::Retry { .. }),
                    "{words}: {outcome:?}"
                );
            }
        }
    }
}

/// A server that falls silent after it has said `lines`, one for each line it hears.
async fn silent_after(lines: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        for line in lines {
            stream
                .write_all(format!("{line}\r\n").as_bytes())
                .await
                .unwrap();
            let mut heard = String::new();
            stream.read_line(&mut heard).await.unwrap();
        }
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    });
    port
}

#[tokio::test]
async fn what_a_silent_relay_means_depends_on_when_it_fell_silent() {
    const ANSWERS: &[&str] = &["220 hi", "250 hi", "250 ok", "250 ok", "354 go"];
    for answers in 0..=ANSWERS.len() {
        let port = silent_after(&ANSWERS[..answers]).await;
        let impatient = SmtpRelay {
            command_timeout: Duration::from_millis(200),
            data_timeout: Duration::from_millis(200),
            ..relay(port)
        };
        let outcome = adapter(impatient).send(&answer_to("ana@example.com")).await;
        if answers == ANSWERS.len() {
            assert!(
                matches!(outcome, SendOutcome::Unknown { .. }),
                "{answers}: {outcome:?}"
            );
        } else {
            assert!(
                matches!(outcome, SendOutcome::Retry { .. }),
                "{answers}: {outcome:?}"
            );
        }
    }
}
