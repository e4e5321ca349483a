//! One connection, from greeting to goodbye.

use super::reply::Reply;
use super::wire::{Line, Mail, Wire};
use super::{Protocol, Shared};
use crate::email::{MailEnvelope, Refusal};
use bytes::Bytes;
use smtp_proto::{MailFrom, Request};
use std::borrow::Cow;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// Commands that make no sense before the connection is closed.
const MISTAKES: usize = 10;

/// Longest wait for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// What happens after a command.
enum Next {
    Answer(Reply),
    ReadMail,
    StartTls,
    Close(Reply),
}

/// How a conversation over one stream ended.
enum End {
    Closed,
    StartTls,
}

struct Session {
    peer: IpAddr,
    shared: Arc<Shared>,
    encrypted: bool,
    helo: Option<String>,
    sender: Option<String>,
    recipients: Vec<String>,
    mistakes: usize,
}

pub(super) async fn run(stream: TcpStream, peer: IpAddr, shared: Arc<Shared>) {
    let mut session = Session {
        peer,
        shared,
        encrypted: false,
        helo: None,
        sender: None,
        recipients: Vec::new(),
        mistakes: 0,
    };
    if let Err(error) = session.hold(stream).await {
        tracing::debug!(%peer, %error, "a mail connection broke");
    }
}

impl Session {
    async fn hold(&mut self, stream: TcpStream) -> io::Result<()> {
        let mut wire = Wire::new(Box::new(stream));
        let greeting = match self.shared.config.protocol {
            Protocol::Smtp => format!("{} ESMTP ready", self.shared.config.host),
            Protocol::Lmtp => format!("{} LMTP ready", self.shared.config.host),
        };
        self.say(&mut wire, &Reply::new("220", &greeting)).await?;
        loop {
            match self.converse(&mut wire).await? {
                End::Closed => {
                    wire.close().await;
                    return Ok(());
                }
                End::StartTls => wire = self.encrypt(wire).await?,
            }
        }
    }

    async fn converse(&mut self, wire: &mut Wire) -> io::Result<End> {
        let mut closing = self.shared.closing.clone();
        loop {
            let line = tokio::select! {
                line = wire.line(self.shared.config.command_timeout) => line,
                () = async { drop(closing.wait_for(|closing| *closing).await) } => {
                    self.say(wire, &Reply::new("421 4.3.2", "The server is shutting down, try again later")).await?;
                    return Ok(End::Closed);
                }
            };
            let line = match line {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(End::Closed),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    self.say(wire, &Reply::new("421 4.4.2", "Nothing came for too long"))
                        .await?;
                    return Ok(End::Closed);
                }
                Err(error) => return Err(error),
            };
            match self.command(line).await {
                Next::Answer(reply) => self.say(wire, &reply).await?,
                Next::ReadMail => self.take_mail(wire).await?,
                Next::StartTls => {
                    self.say(wire, &Reply::new("220 2.0.0", "Go ahead")).await?;
                    return Ok(End::StartTls);
                }
                Next::Close(reply) => {
                    self.say(wire, &reply).await?;
                    return Ok(End::Closed);
                }
            }
        }
    }

    async fn command(&mut self, line: Line) -> Next {
        let next = match line {
            Line::Whole(line) => match Request::parse(&mut line.iter()) {
                Ok(request) => self.request(request).await,
                Err(error) => self.mistaken(Reply::misunderstood(&error)),
            },
            Line::TooLong => self.mistaken(Reply::new("500 5.5.6", "The line is too long")),
            // Guessing on would be what smuggling needs.
            Line::BareBreak => Next::Close(Reply::new("554 5.5.2", "Lines must end in CR LF")),
        };
        match next {
            Next::Answer(_) if self.mistakes >= MISTAKES => {
                Next::Close(Reply::new("421 4.7.0", "Too many commands made no sense"))
            }
            next => next,
        }
    }

    fn mistaken(&mut self, reply: Reply) -> Next {
        self.mistakes += 1;
        Next::Answer(reply)
    }

    async fn request(&mut self, request: Request<Cow<'_, str>>) -> Next {
        let is_lmtp = self.shared.config.protocol == Protocol::Lmtp;
        Next::Answer(match request {
            Request::Ehlo { host } if !is_lmtp => self.greeted(&host, true),
            Request::Helo { host } if !is_lmtp => self.greeted(&host, false),
            Request::Lhlo { host } if is_lmtp => self.greeted(&host, true),
            Request::Ehlo { .. } | Request::Helo { .. } => {
                Reply::new("500 5.5.1", "This is LMTP, say LHLO")
            }
            Request::Lhlo { .. } => Reply::new("500 5.5.1", "This is SMTP, say EHLO"),
            Request::Mail { from } => self.mail_from(&from),
            Request::Rcpt { to } => self.rcpt_to(&to.address).await,
            Request::Data if self.recipients.is_empty() => {
                Reply::new("503 5.5.1", "Name sender and recipients first")
            }
            Request::Data => return Next::ReadMail,
            Request::StartTls if self.shared.config.tls.is_none() => {
                Reply::new("502 5.5.1", "Encryption is not configured")
            }
            Request::StartTls if self.encrypted => {
                Reply::new("503 5.5.1", "The connection is encrypted already")
            }
            Request::StartTls => return Next::StartTls,
            Request::Rset => {
                self.reset();
                Reply::new("250 2.0.0", "Forgotten")
            }
            Request::Noop { .. } => Reply::new("250 2.0.0", "Still here"),
            Request::Help { .. } => Reply::new("214 2.0.0", "RFC 5321 says it all"),
            Request::Vrfy { .. } => Reply::new("252 2.5.2", "Send mail and see"),
            Request::Quit => return Next::Close(Reply::new("221 2.0.0", "Goodbye")),
            Request::Auth { .. } => Reply::new(
                "502 5.5.1",
                "Nobody logs in here: this server takes mail for itself only",
            ),
            other => Reply::new("502 5.5.1", &format!("{} is not supported", other.name())),
        })
    }

    fn greeted(&mut self, host: &str, extended: bool) -> Reply {
        self.reset();
        self.helo = Some(host.chars().filter(|c| !c.is_control()).take(255).collect());
        let config = &self.shared.config;
        if !extended {
            return Reply::new("250", &config.host);
        }
        let mut lines = vec![
            config.host.clone(),
            "PIPELINING".into(),
            "8BITMIME".into(),
            "SMTPUTF8".into(),
        ];
        lines.push("ENHANCEDSTATUSCODES".into());
        if config.tls.is_some() && !self.encrypted {
            lines.push("STARTTLS".into());
        }
        let last = format!("SIZE {}", config.max_message_bytes);
        Reply(
            lines
                .iter()
                .map(|line| format!("250-{line}\r\n"))
                .collect::<String>()
                + &format!("250 {last}\r\n"),
        )
    }

    fn mail_from(&mut self, from: &MailFrom<Cow<'_, str>>) -> Reply {
        let limit = self.shared.config.max_message_bytes;
        if self.helo.is_none() {
            return Reply::new("503 5.5.1", "Say hello first");
        }
        if self.sender.is_some() {
            return Reply::new(
                "503 5.5.1",
                "A sender has been named; say RSET to start anew",
            );
        }
        if from.size > limit {
            tracing::info!(peer = %self.peer, declared = from.size, limit, "a mail is too large");
            return too_large(limit);
        }
        self.sender = Some(from.address.to_string());
        Reply::new("250 2.1.0", "Sender noted")
    }

    async fn rcpt_to(&mut self, address: &str) -> Reply {
        if self.sender.is_none() {
            return Reply::new("503 5.5.1", "Name the sender first");
        }
        if self.recipients.len() >= self.shared.config.max_recipients {
            return Reply::new(
                "452 4.5.3",
                "Too many recipients; send the rest in another mail",
            );
        }
        match self.shared.sink.knows(address).await {
            Ok(()) => {
                self.recipients.push(address.to_owned());
                Reply::new("250 2.1.5", "Recipient noted")
            }
            Err(refusal) => {
                tracing::info!(peer = %self.peer, recipient = address, %refusal, "a recipient is refused");
                // Whoever tries names until one fits runs out of patience here.
                self.mistakes += usize::from(matches!(refusal, Refusal::Permanent(_)));
                Reply::refused(&refusal, "550 5.1.1", "450 4.2.1")
            }
        }
    }

    async fn take_mail(&mut self, wire: &mut Wire) -> io::Result<()> {
        self.say(
            wire,
            &Reply::new("354", "Go ahead; end with a line of one dot"),
        )
        .await?;
        let limit = self.shared.config.max_message_bytes;
        let Some(mail) = wire.mail(&self.shared).await? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let replies = match mail {
            Mail::Whole(raw, memory) => {
                let replies = self.deliver(Bytes::from(raw)).await;
                drop(memory);
                replies
            }
            Mail::TooLarge => {
                tracing::info!(peer = %self.peer, limit, "a mail is too large");
                self.for_all(|| too_large(limit))
            }
            Mail::NoMemory => {
                tracing::warn!(peer = %self.peer, "a mail is put off: too many others are arriving");
                self.for_all(|| {
                    Reply::new("452 4.3.1", "Too much mail is arriving, try again later")
                })
            }
            Mail::Ambiguous => {
                tracing::warn!(peer = %self.peer, "a mail is refused: it may hide another one");
                self.for_all(|| {
                    Reply::new("554 5.6.0", "A bare CR or LF stands next to a lone dot")
                })
            }
        };
        self.reset();
        for reply in replies {
            self.say(wire, &reply).await?;
        }
        Ok(())
    }

    /// One answer for the mail, or with LMTP one for each recipient.
    fn for_all(&self, reply: impl Fn() -> Reply) -> Vec<Reply> {
        let answers = match self.shared.config.protocol {
            Protocol::Smtp => 1,
            Protocol::Lmtp => self.recipients.len(),
        };
        (0..answers).map(|_| reply()).collect()
    }

    async fn deliver(&self, raw: Bytes) -> Vec<Reply> {
        match self.shared.config.protocol {
            Protocol::Smtp => vec![self.hand_over(self.recipients.clone(), raw).await],
            Protocol::Lmtp => {
                let mut replies = Vec::new();
                for recipient in &self.recipients {
                    replies.push(self.hand_over(vec![recipient.clone()], raw.clone()).await);
                }
                replies
            }
        }
    }

    async fn hand_over(&self, rcpt_to: Vec<String>, raw: Bytes) -> Reply {
        let envelope = MailEnvelope {
            peer: self.peer,
            helo: self.helo.clone().unwrap_or_default(),
            mail_from: self.sender.clone().unwrap_or_default(),
            rcpt_to,
            encrypted: self.encrypted,
        };
        match self.shared.sink.accept(envelope, raw).await {
            Ok(()) => Reply::new("250 2.0.0", "Stored"),
            Err(refusal) => {
                tracing::warn!(peer = %self.peer, %refusal, "a mail is refused");
                Reply::refused(&refusal, "554 5.0.0", "451 4.3.0")
            }
        }
    }

    async fn encrypt(&mut self, wire: Wire) -> io::Result<Wire> {
        let Some(acceptor) = self.shared.config.tls.clone() else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        let handshake = acceptor.accept(wire.into_stream());
        let stream = tokio::time::timeout(HANDSHAKE, handshake)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
        // What was said in the clear does not count any more (RFC 3207, section 4.2).
        self.reset();
        self.helo = None;
        self.encrypted = true;
        Ok(Wire::new(Box::new(stream)))
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn say(&self, wire: &mut Wire, reply: &Reply) -> io::Result<()> {
        wire.write(&reply.0, self.shared.config.command_timeout)
            .await
    }
}

fn too_large(limit: usize) -> Reply {
    Reply::new(
        "552 5.3.4",
        &format!("The mail is too large; at most {limit} bytes are taken"),
    )
}
