//! The SMTP and LMTP listener, spoken to over real sockets: by hand, and by swaks.

use crate::certificate::Certificate;
use crate::dialogue::Dialogue;
use crate::tool;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use throughline_channels::email::smtp_listener::{Protocol, SmtpListenerConfig, serve};
use throughline_channels::email::{MailEnvelope, MailSink, Refusal};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Keeps what it gets, and refuses what its name says.
#[derive(Default)]
struct Inbox {
    mails: Mutex<Vec<(MailEnvelope, Bytes)>>,
}

impl Inbox {
    fn mails(&self) -> Vec<(MailEnvelope, Bytes)> {
        self.mails.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl MailSink for Inbox {
    async fn knows(&self, recipient: &str) -> Result<(), Refusal> {
        match recipient.split('@').next().unwrap_or_default() {
            "support" | "sales" | "full" | "broken" => Ok(()),
            "later" => Err(Refusal::Temporary(
                "the mailbox is being moved, try again later".into(),
            )),
            _ => Err(Refusal::Permanent(format!(
                "there is no mailbox {recipient} here"
            ))),
        }
    }

    async fn accept(&self, envelope: MailEnvelope, raw: Bytes) -> Result<(), Refusal> {
        if envelope
            .rcpt_to
            .iter()
            .any(|recipient| recipient.starts_with("full@"))
        {
            return Err(Refusal::Temporary("the disk is full".into()));
        }
        if envelope
            .rcpt_to
            .iter()
            .any(|recipient| recipient.starts_with("broken@"))
        {
            return Err(Refusal::Permanent("this mail cannot be read".into()));
        }
        self.mails.lock().unwrap().push((envelope, raw));
        Ok(())
    }
}

struct Server {
    address: SocketAddr,
    inbox: Arc<Inbox>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(change: impl FnOnce(&mut SmtpListenerConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = SmtpListenerConfig::new("mx.shop.example");
        change(&mut config);
        let inbox = Arc::new(Inbox::default());
        let (stop, stopped) = oneshot::channel();
        let sink: Arc<dyn MailSink> = Arc::clone(&inbox) as _;
        let task = tokio::spawn(serve(listener, config, sink, async move {
            let _ = stopped.await;
        }));
        Self {
            address,
            inbox,
            stop: Some(stop),
            task,
        }
    }

    async fn plain() -> Self {
        Self::start(|_| {}).await
    }

    /// A connection that has greeted.
    async fn greeted(&self) -> Dialogue {
        let mut client = Dialogue::open(self.address).await;
        client.hears("220").await;
        client.says("EHLO client.example").await;
        client.hears("250").await;
        client
    }

    /// A connection that has named sender and recipient, and may send the mail.
    async fn ready_for_mail(&self) -> Dialogue {
        let mut client = self.greeted().await;
        client.says("MAIL FROM:<ana@example.com>").await;
        client.hears("250").await;
        client.says("RCPT TO:<support@shop.example>").await;
        client.hears("250").await;
        client.says("DATA").await;
        client.hears("354").await;
        client
    }
}

const MAIL: &str = "From: ana@example.com\r\nSubject: hi\r\n\r\nWhere is my order?\r\n";

#[tokio::test]
async fn a_mail_is_acknowledged_after_the_sink_has_it() {
    let server = Server::plain().await;
    let mut client = server.ready_for_mail().await;
    client
        .sends(format!("{MAIL}..dotted\r\n.\r\n").as_bytes())
        .await;
    client.hears("250 2.0.0").await;
    let mails = server.inbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].1.as_ref(), format!("{MAIL}.dotted\r\n").as_bytes());
    assert_eq!(
        mails[0].0,
        MailEnvelope {
            peer: "127.0.0.1".parse().unwrap(),
            helo: "client.example".into(),
            mail_from: "ana@example.com".into(),
            rcpt_to: vec!["support@shop.example".into()],
            encrypted: false,
        }
    );
    client.says("QUIT").await;
    client.hears("221").await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn several_mails_and_pipelined_commands_share_a_connection() {
    let server = Server::plain().await;
    let mut client = server.greeted().await;
    for number in 0..3 {
        client
            .sends(b"RSET\r\nMAIL FROM:<> SIZE=100 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<support@shop.example>\r\nDATA\r\n")
            .await;
        for code in ["250", "250", "250", "354"] {
            client.hears(code).await;
        }
        client
            .sends(format!("Subject: {number}\r\n\r\nhi\r\n.\r\nNOOP\r\n").as_bytes())
            .await;
        client.hears("250 2.0.0 Stored").await;
        client.hears("250").await;
    }
    assert_eq!(server.inbox.mails().len(), 3);
    assert_eq!(server.inbox.mails()[0].0.mail_from, "");
}

#[tokio::test]
async fn unknown_recipients_are_refused_before_the_mail_is_sent() {
    let server = Server::plain().await;
    let mut client = server.greeted().await;
    client.says("MAIL FROM:<ana@example.com>").await;
    client.hears("250").await;
    client.says("RCPT TO:<nobody@shop.example>").await;
    client
        .hears("550 5.1.1 there is no mailbox nobody@shop.example here")
        .await;
    client.says("RCPT TO:<later@shop.example>").await;
    client.hears("450 4.2.1").await;
    client.says("DATA").await;
    client.hears("503").await;
}

#[tokio::test]
async fn a_sink_that_cannot_store_has_the_mail_sent_again_or_back() {
    let server = Server::plain().await;
    for (recipient, answer) in [
        ("full", "451 4.3.0 the disk is full"),
        ("broken", "554 5.0.0 this mail"),
    ] {
        let mut client = server.greeted().await;
        client.says("MAIL FROM:<ana@example.com>").await;
        client.hears("250").await;
        client
            .says(&format!("RCPT TO:<{recipient}@shop.example>"))
            .await;
        client.hears("250").await;
        client.says("DATA").await;
        client.hears("354").await;
        client.sends(format!("{MAIL}.\r\n").as_bytes()).await;
        client.hears(answer).await;
    }
    assert!(server.inbox.mails().is_empty());
}

#[tokio::test]
async fn a_mail_of_50_mb_is_refused_when_announced() {
    let server = Server::plain().await;
    let mut client = server.greeted().await;
    client
        .says(&format!(
            "MAIL FROM:<ana@example.com> SIZE={}",
            50 * 1024 * 1024
        ))
        .await;
    client.hears("552 5.3.4").await;
    client.says("RCPT TO:<support@shop.example>").await;
    client.hears("503").await;
}

#[tokio::test]
async fn a_mail_of_50_mb_is_refused_while_it_streams_in_and_the_connection_goes_on() {
    // The limit on memory is far below the mail: it cannot be held.
    let server = Server::start(|config| config.max_memory_bytes = 26 * 1024 * 1024).await;
    let mut client = server.ready_for_mail().await;
    let line = [b'x'; 1022]
        .iter()
        .chain(b"\r\n")
        .copied()
        .collect::<Vec<u8>>();
    let megabyte = line.repeat(1024);
    for _ in 0..50 {
        client.sends(&megabyte).await;
    }
    client.sends(b".\r\n").await;
    client.hears("552 5.3.4").await;
    assert!(server.inbox.mails().is_empty());
    client.says("MAIL FROM:<ana@example.com>").await;
    client.hears("250").await;
}

#[tokio::test]
async fn mail_beyond_the_memory_for_all_is_put_off() {
    let server = Server::start(|config| config.max_memory_bytes = 64 * 1024).await;
    let mut client = server.ready_for_mail().await;
    client.sends("x\r\n".repeat(30_000).as_bytes()).await;
    client.sends(b".\r\n").await;
    client.hears("452 4.3.1").await;
    let mut next = server.ready_for_mail().await;
    next.sends(format!("{MAIL}.\r\n").as_bytes()).await;
    next.hears("250").await;
}

#[tokio::test]
async fn an_endless_mail_is_cut_off() {
    let server = Server::start(|config| config.max_message_bytes = 64 * 1024).await;
    let mut client = server.ready_for_mail().await;
    assert!(
        client
            .is_cut_off_while_sending(&"x\r\n".repeat(10_000).into_bytes(), 200)
            .await
    );
}

#[tokio::test]
async fn more_recipients_than_allowed_are_asked_to_come_in_another_mail() {
    let server = Server::start(|config| config.max_recipients = 2).await;
    let mut client = server.greeted().await;
    client.says("MAIL FROM:<ana@example.com>").await;
    client.hears("250").await;
    for answer in ["250", "250", "452 4.5.3"] {
        client.says("RCPT TO:<support@shop.example>").await;
        client.hears(answer).await;
    }
}

#[tokio::test]
async fn lines_that_are_too_long_or_make_no_sense_are_answered_with_a_hint() {
    let server = Server::plain().await;
    let mut client = server.greeted().await;
    for (line, answer) in [
        ("x".repeat(100_000), "500 5.5.6"),
        ("FROBNICATE".into(), "500 5.5.1"),
        ("MAIL FROM:ana@example.com".into(), "50"),
        ("MAIL FROM:<not an address>".into(), "501"),
        ("MAIL FROM:<ana@example.com> FOO=BAR".into(), "555 5.5.4"),
        ("RCPT TO:<support@shop.example>".into(), "503"),
        ("DATA".into(), "503"),
        ("AUTH PLAIN AGEAYg==".into(), "502"),
        ("BDAT 3 LAST".into(), "502"),
        ("STARTTLS".into(), "502"),
        ("VRFY support".into(), "252"),
        ("HELP".into(), "214"),
        ("LHLO x".into(), "500"),
        ("HELO client.example".into(), "250 mx.shop.example"),
    ] {
        client.says(&line).await;
        client.hears(answer).await;
    }
}

#[tokio::test]
async fn whoever_makes_no_sense_for_long_is_shown_out() {
    let server = Server::plain().await;
    let mut client = server.greeted().await;
    for _ in 0..9 {
        client.says("FROBNICATE").await;
        client.hears("500").await;
    }
    client.says("FROBNICATE").await;
    client.hears("421").await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn no_second_mail_is_smuggled_in() {
    let server = Server::plain().await;
    for hidden in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r"] {
        let mut client = server.ready_for_mail().await;
        let smuggled =
            "MAIL FROM:<boss@shop.example>\r\nRCPT TO:<sales@shop.example>\r\nDATA\r\nevil";
        client
            .sends(format!("{MAIL}x{hidden}{smuggled}\r\n.\r\n").as_bytes())
            .await;
        client.hears("554 5.6.0").await;
    }
    let mut client = server.greeted().await;
    client
        .sends(b"MAIL FROM:<a@example.com>\nRCPT TO:<support@shop.example>\r\n")
        .await;
    client.hears("554 5.5.2").await;
    assert!(client.is_closed().await);
    assert!(server.inbox.mails().is_empty());
}

#[tokio::test]
async fn a_mail_cut_short_is_not_taken() {
    let server = Server::plain().await;
    let mut client = server.ready_for_mail().await;
    client.sends(MAIL.as_bytes()).await;
    drop(client);
    server.greeted().await;
    assert!(server.inbox.mails().is_empty());
}

#[tokio::test]
async fn whoever_says_nothing_is_disconnected() {
    let server = Server::start(|config| config.command_timeout = Duration::from_millis(50)).await;
    let mut client = Dialogue::open(server.address).await;
    client.hears("220").await;
    client.hears("421 4.4.2").await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_mail_that_trickles_in_forever_is_given_up() {
    let server = Server::start(|config| config.data_timeout = Duration::from_millis(50)).await;
    let mut client = server.ready_for_mail().await;
    client.sends(b"From: ana@example.com\r\n").await;
    assert!(client.is_closed().await);
    assert!(server.inbox.mails().is_empty());
}

#[tokio::test]
async fn one_peer_cannot_take_all_connections() {
    let server = Server::start(|config| config.max_connections_per_peer = 2).await;
    let first = server.greeted().await;
    let _second = server.greeted().await;
    let mut third = Dialogue::open(server.address).await;
    third.hears("421 4.7.0").await;
    assert!(third.is_closed().await);
    drop(first);
    // The place is free as soon as the server has noticed; until then it says so.
    loop {
        let mut next = Dialogue::open(server.address).await;
        if next.line().await.starts_with("220") {
            break;
        }
    }
}

#[tokio::test]
async fn shutting_down_says_goodbye_and_ends() {
    let mut server = Server::plain().await;
    let mut client = server.greeted().await;
    server.stop.take().unwrap().send(()).unwrap();
    client.hears("421 4.3.2").await;
    server.task.await.unwrap();
}

#[tokio::test]
async fn lmtp_answers_for_each_recipient() {
    let server = Server::start(|config| config.protocol = Protocol::Lmtp).await;
    let mut client = Dialogue::open(server.address).await;
    client.hears("220").await;
    client.says("EHLO x").await;
    client.hears("500").await;
    client.says("LHLO mail.shop.example").await;
    client.hears("250").await;
    client.says("MAIL FROM:<ana@example.com>").await;
    client.hears("250").await;
    for recipient in ["support", "full", "broken", "sales"] {
        client
            .says(&format!("RCPT TO:<{recipient}@shop.example>"))
            .await;
        client.hears("250").await;
    }
    client.says("DATA").await;
    client.hears("354").await;
    client.sends(format!("{MAIL}.\r\n").as_bytes()).await;
    for answer in ["250", "451", "554", "250"] {
        client.hears(answer).await;
    }
    let recipients: Vec<_> = server
        .inbox
        .mails()
        .into_iter()
        .map(|(envelope, _)| envelope.rcpt_to)
        .collect();
    assert_eq!(
        recipients,
        [["support@shop.example"], ["sales@shop.example"]]
    );
}

/// swaks, an SMTP client that others have written.
async fn swaks(server: &Server, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(tool("swaks"))
        .args([
            "--server",
            &server.address.to_string(),
            "--ehlo",
            "client.example",
        ])
        .args([
            "--from",
            "ana@example.com",
            "--to",
            "support@shop.example",
            "--timeout",
            "20",
        ])
        .args(arguments)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

#[tokio::test]
async fn swaks_delivers_mail_with_a_file() {
    let server = Server::plain().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let (sent, said) = swaks(
        &server,
        &[
            "--attach-type",
            "text/plain",
            "--attach",
            &format!("@{file}"),
            "--body",
            "hello",
        ],
    )
    .await;
    assert!(sent, "{said}");
    let (envelope, raw) = server.inbox.mails().remove(0);
    assert_eq!(envelope.helo, "client.example");
    let mail = throughline_mail::parse::parse(&raw).unwrap();
    assert_eq!(mail.text.trim(), "hello");
    assert_eq!(
        mail.files[0].body.as_ref(),
        std::fs::read(file).unwrap().as_slice()
    );
}

#[tokio::test]
async fn swaks_delivers_over_starttls() {
    let certificate = Certificate::for_host("mx.shop.example");
    let acceptor = certificate.acceptor();
    let server = Server::start(|config| config.tls = Some(acceptor)).await;
    let (sent, said) = swaks(&server, &["--tls"]).await;
    assert!(sent, "{said}");
    assert!(server.inbox.mails()[0].0.encrypted);
}

#[tokio::test]
async fn commands_slipped_in_before_encryption_are_forgotten() {
    let certificate = Certificate::for_host("mx.shop.example");
    let acceptor = certificate.acceptor();
    let server = Server::start(|config| config.tls = Some(acceptor)).await;
    let mut client = server.greeted().await;
    client
        .sends(b"STARTTLS\r\nMAIL FROM:<evil@example.com>\r\n")
        .await;
    client.hears("220").await;
    let mut client = client.encrypt(&certificate, "mx.shop.example").await;
    client.says("RCPT TO:<support@shop.example>").await;
    client.hears("503").await;
    client.says("MAIL FROM:<ana@example.com>").await;
    client.hears("503 5.5.1 Say hello first").await;
}

#[tokio::test]
async fn swaks_is_told_about_unknown_recipients_and_size() {
    let server = Server::start(|config| config.max_message_bytes = 10_000).await;
    let (sent, said) = swaks(&server, &["--to", "nobody@shop.example"]).await;
    assert!(!sent);
    assert!(
        said.contains("550 5.1.1 there is no mailbox nobody@shop.example here"),
        "{said}"
    );
    let (sent, said) = swaks(&server, &["--body", &"x".repeat(20_000)]).await;
    assert!(!sent);
    assert!(said.contains("552 5.3.4"), "{said}");
}

#[tokio::test]
async fn swaks_speaks_lmtp() {
    let server = Server::start(|config| config.protocol = Protocol::Lmtp).await;
    let (sent, said) = swaks(
        &server,
        &[
            "--protocol",
            "LMTP",
            "--to",
            "support@shop.example,sales@shop.example",
        ],
    )
    .await;
    assert!(sent, "{said}");
    assert_eq!(server.inbox.mails().len(), 2);
}
