//! What customers do.

use super::super::plan::Step;
use super::Stage;
use crate::demo::config::{MAIL_ADDRESS, SMS_ACCOUNT, SMS_NUMBER};
use crate::demo::outside::letter::Letter;
use crate::demo::outside::{Mail, Text};
use bytes::Bytes;
use serde_json::json;
use throughline_channels::sms::form::Form;
use throughline_channels::sms::webhook::{self, Notice};
use throughline_engine::intake::{self, Circumstances};
use throughline_engine::visitor::{self, Bound, CustomerToken, Visitor};
use throughline_engine::{Error, Result};
use throughline_mail::evidence::{AuthservId, from_results_header};
use throughline_mail::inbound::{Envelope, to_inbound};
use throughline_mail::parse::parse;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::{Content, Evidence, Inbound, Raw, Thread};

/// How long the shop vouches for somebody who logs in, in milliseconds.
const VOUCHED_MS: Millis = 30 * 60_000;

impl Stage {
    pub(super) async fn writes_in_chat(&mut self, step: &Step, text: &str) -> Result<()> {
        let visitor = self.visitor(step).await?;
        self.read_chat(&visitor).await?;
        let text = self.fill(step, text, "")?;
        let id = format!("m{}", self.count());
        let content = Content {
            text: text.clone(),
            ..Content::default()
        };
        let raw = Raw {
            media_type: "application/json".to_owned(),
            body: json!({ "client_message_id": id, "text": text })
                .to_string()
                .into(),
        };
        let inbound = Inbound {
            endpoint: self.endpoints.chat.id,
            channel: Channel::Webchat,
            provider_id: visitor.provider_id(&id),
            sent_at: self.setup.clock.now(),
            from: visitor.sender(),
            from_name: visitor.name.clone(),
            content,
            thread: Thread::default(),
            evidence: self.evidence(&visitor).await?,
            automatic: false,
            raw,
        };
        self.receive(step, inbound).await
    }

    /// How well a visitor is proven, as the chat tells intake.
    async fn evidence(&self, visitor: &Visitor) -> Result<Evidence> {
        let visitor = visitor.clone();
        let sight = self
            .write(move |tx, setup| visitor::sight(tx, setup, &visitor))
            .await?;
        Ok(Evidence {
            assurance: sight.assurance,
            ..Evidence::default()
        })
    }

    pub(super) async fn writes_mail(&mut self, step: &Step, text: &str) -> Result<()> {
        let person = self.person(&step.story.who)?.clone();
        let text = self.fill(step, text, "")?;
        let answered = match self.here(step).is_ok() {
            true => self.postbox.open().last_mail(&person.email).cloned(),
            false => None,
        };
        let mut references = answered
            .as_ref()
            .map(|mail| mail.references.clone())
            .unwrap_or_default();
        references.extend(answered.as_ref().map(|mail| mail.message_id.clone()));
        let letter = Letter {
            name: person.name,
            from: person.email.clone(),
            to: answered
                .as_ref()
                .map_or(MAIL_ADDRESS, |mail| &mail.answer_to)
                .to_owned(),
            subject: match &answered {
                Some(mail) if mail.subject.starts_with("Re: ") => mail.subject.clone(),
                Some(mail) => format!("Re: {}", mail.subject),
                None => step.story.subject.clone(),
            },
            text,
            quoted: answered.map(|mail| mail.text),
            message_id: format!("letter-{}@example.com", self.count()),
            references,
            at: self.setup.clock.now(),
            forged: step.story.forged,
        };
        let inbound = self.posted(&letter)?;
        self.receive(step, inbound).await?;
        if !letter.forged {
            self.postbox.open().mails.push(copy(letter));
        }
        Ok(())
    }

    /// A letter as it comes out of the shop's mail server.
    fn posted(&self, letter: &Letter) -> Result<Inbound> {
        let bad = |why: String| Error::invalid("mail", why);
        let raw = Bytes::from(letter.bytes().map_err(bad)?);
        let mail = parse(&raw).map_err(|error| bad(error.to_string()))?;
        let trusted = AuthservId::new(crate::demo::config::OUTSIDE_MAIL_SERVER);
        let evidence = from_results_header(&raw, &mail, trusted.as_ref());
        let envelope = Envelope {
            mail_from: Some(letter.from.clone()),
            rcpt_to: vec![letter.to.clone()],
        };
        let endpoint = self.endpoints.mail.id;
        to_inbound(
            endpoint,
            raw,
            mail,
            &envelope,
            evidence,
            &self.keys,
            &self.setup.clock,
        )
        .map_err(|error| bad(error.to_string()))
    }

    pub(super) async fn writes_text(&mut self, step: &Step, text: &str) -> Result<()> {
        let phone = self.person(&step.story.who)?.phone.clone();
        let code = self.postbox.open().last_code(&phone).unwrap_or_default();
        let body = self.fill(step, text, &code)?;
        let sid = self.postbox.open().new_sid();
        let pairs = [
            ("MessageSid", sid.as_str()),
            ("AccountSid", SMS_ACCOUNT),
            ("From", &phone),
            ("To", SMS_NUMBER),
            ("Body", &body),
            ("NumMedia", "0"),
        ];
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let bad = |why: String| Error::invalid("sms", why);
        let parsed = Form::parse(form.as_bytes()).map_err(|error| bad(error.to_string()))?;
        let raw = Raw {
            media_type: "application/x-www-form-urlencoded".to_owned(),
            body: form.into(),
        };
        let now = self.setup.clock.now();
        match webhook::read(self.endpoints.sms.id, "", &parsed, raw, now) {
            Ok(Notice::Message(incoming)) => self.receive(step, incoming.inbound).await?,
            Ok(Notice::Status(_)) => return Err(bad("this is no message".to_owned())),
            Err(error) => return Err(bad(error.to_string())),
        }
        let text = Text {
            sid,
            at: now,
            phone,
            from_shop: false,
            body,
            media: Vec::new(),
            reported: true,
        };
        self.postbox.open().texts.push(text);
        Ok(())
    }

    async fn receive(&mut self, step: &Step, inbound: Inbound) -> Result<()> {
        let brand = self.endpoints.on(inbound.channel).brand.clone();
        let circumstances = Circumstances {
            brand,
            ..Circumstances::default()
        };
        let received =
            intake::receive(&self.db, &self.setup, &self.files, inbound, circumstances).await?;
        let thread = self.thread(step);
        thread.here = Some(received.conversation);
        thread.everywhere.insert(received.conversation);
        Ok(())
    }

    pub(super) async fn reads(&mut self, step: &Step) -> Result<()> {
        let visitor = self.visitor(step).await?;
        self.read_chat(&visitor).await
    }

    async fn read_chat(&self, visitor: &Visitor) -> Result<()> {
        let visitor = visitor.clone();
        self.write(move |tx, setup| {
            visitor::sight(tx, setup, &visitor)?.read_up_to(tx, setup, i64::MAX)
        })
        .await
    }

    /// The browser of a story's person; opened when it was not.
    async fn visitor(&mut self, step: &Step) -> Result<Visitor> {
        let account = step.story.who.clone();
        if let Some(known) = self.visitors.get(&account) {
            return Ok(known.clone());
        }
        let (chat, device) = (self.endpoints.chat.id, step.story.device.clone());
        let arrived = self
            .write(move |tx, setup| visitor::arrive(tx, setup, chat, device.as_deref()))
            .await?;
        self.visitors.insert(account, arrived.visitor.clone());
        Ok(arrived.visitor)
    }

    /// The shop vouches for its customer: the account, and the addresses it has checked.
    pub(super) async fn signs_in(&mut self, step: &Step) -> Result<()> {
        let person = self.person(&step.story.who)?;
        let token = json!({
            "sub": person.account,
            "name": person.name,
            "email": person.email,
            "email_verified": true,
            "phone": person.phone,
            "phone_verified": true,
            "exp": (self.setup.clock.now() + VOUCHED_MS) / 1000,
        });
        let token: CustomerToken =
            serde_json::from_value(token).map_err(|error| Error::invalid("token", error))?;
        let visitor = self.visitor(step).await?;
        let bound = self
            .write(move |tx, setup| visitor::identify(tx, setup, &visitor, &token))
            .await?;
        self.is_now(step, &bound);
        Ok(())
    }

    pub(super) async fn types(&mut self, step: &Step, kind: IdentifierKind) -> Result<()> {
        let (visitor, address) = (self.visitor(step).await?, self.address(step, kind)?);
        let name = self.person(&step.story.who)?.first_name().to_owned();
        self.write(move |tx, setup| {
            visitor::claim(tx, setup, &visitor, &address, Some(&name)).map(drop)
        })
        .await
    }

    pub(super) async fn proves(&mut self, step: &Step, kind: IdentifierKind) -> Result<()> {
        let (visitor, address) = (self.visitor(step).await?, self.address(step, kind)?);
        let outlet = self.endpoints.on(channel_of(kind)).clone();
        let terms = self.terms.clone();
        let (asking, to) = (visitor.clone(), address.clone());
        self.write(move |tx, setup| {
            visitor::request_code(tx, setup, &terms, &asking, &outlet, &to)
        })
        .await?;
        self.deliver().await?;
        let code = self
            .postbox
            .open()
            .last_code(&address.value)
            .unwrap_or_default();
        let bound = self
            .write(move |tx, setup| visitor::verify_code(tx, setup, &visitor, &address, &code))
            .await?
            .ok_or_else(|| Error::invalid("code", "it is not the one that was sent"))?;
        self.is_now(step, &bound);
        Ok(())
    }

    pub(super) async fn goes_on(&mut self, step: &Step, channel: Channel) -> Result<()> {
        let kind = match channel {
            Channel::Sms => IdentifierKind::Phone,
            _ => IdentifierKind::Email,
        };
        let (visitor, address) = (self.visitor(step).await?, self.address(step, kind)?);
        let (outlet, terms) = (self.endpoints.on(channel).clone(), self.terms.clone());
        self.write(move |tx, setup| {
            visitor::continue_on(tx, setup, &terms, &visitor, &outlet, &address)
        })
        .await?;
        self.deliver().await
    }

    fn is_now(&mut self, step: &Step, bound: &Bound) {
        self.visitors
            .insert(step.story.who.clone(), bound.visitor().clone());
    }

    /// An address of a story's person.
    fn address(&self, step: &Step, kind: IdentifierKind) -> Result<Identifier> {
        self.address_of(&step.story.who, kind)
    }

    /// An address of somebody.
    pub(super) fn address_of(&self, account: &str, kind: IdentifierKind) -> Result<Identifier> {
        let person = self.person(account)?;
        let text = match kind {
            IdentifierKind::Phone => &person.phone,
            _ => &person.email,
        };
        Identifier::parse(kind, text, None).map_err(|error| Error::invalid("address", error))
    }
}

fn channel_of(kind: IdentifierKind) -> Channel {
    match kind {
        IdentifierKind::Phone => Channel::Sms,
        _ => Channel::Email,
    }
}

/// The copy in the writer's own mailbox.
fn copy(letter: Letter) -> Mail {
    Mail {
        at: letter.at,
        mailbox: letter.from,
        from_shop: false,
        subject: letter.subject,
        text: letter.text,
        message_id: letter.message_id,
        references: letter.references,
        answer_to: letter.to,
    }
}
