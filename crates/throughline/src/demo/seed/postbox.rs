//! Where messages of the past are sent: nowhere. They are kept for the pretend phones and mailboxes.

use crate::demo::outside::{Mail, Text, received};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use throughline_mail::build::{Letterhead, build};
use throughline_mail::tokens::MailKeys;
use throughline_model::channel::ChannelAdapter;
use throughline_model::clock::Clock;
use throughline_model::id::{DeliveryId, EndpointId};
use throughline_model::outbound::{Outbound, SendOutcome};

/// What was put in.
#[derive(Default)]
pub struct Post {
    /// Everything on customers' phones.
    pub texts: Vec<Text>,
    /// Everything in customers' mailboxes.
    pub mails: Vec<Mail>,
    /// What has been sent and has not arrived yet.
    pub under_way: Vec<Sent>,
    count: u64,
}

/// A message that was sent.
pub struct Sent {
    /// Its delivery.
    pub delivery: DeliveryId,
    /// The endpoint it left through.
    pub endpoint: EndpointId,
    /// What the provider would call it.
    pub provider_id: String,
}

/// The post of the past.
#[derive(Clone, Default)]
pub struct Postbox(Arc<Mutex<Post>>);

impl Postbox {
    /// What is in it.
    pub fn open(&self) -> MutexGuard<'_, Post> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Post {
    /// A fresh id for a text message.
    pub fn new_sid(&mut self) -> String {
        self.count += 1;
        format!("SM{:032x}", self.count)
    }

    /// The newest mail of the shop in this mailbox.
    pub fn last_mail(&self, mailbox: &str) -> Option<&Mail> {
        self.mails
            .iter()
            .rev()
            .find(|mail| mail.from_shop && mail.mailbox == mailbox)
    }

    /// The six digits of the newest message to this address that has some.
    pub fn last_code(&self, address: &str) -> Option<String> {
        let texts = self
            .texts
            .iter()
            .filter(|text| text.from_shop && text.phone == address);
        let mails = self
            .mails
            .iter()
            .filter(|mail| mail.from_shop && mail.mailbox == address);
        let texts = texts.map(|text| (text.at, &text.body));
        let all = texts.chain(mails.map(|mail| (mail.at, &mail.text)));
        all.filter_map(|(at, body)| Some((at, code_in(body)?)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, code)| code)
    }
}

fn code_in(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 6).map(str::to_owned)
}

/// Sends text messages.
pub struct TextPost {
    /// Where they go.
    pub postbox: Postbox,
    /// The clock of the past.
    pub clock: Clock,
}

#[async_trait::async_trait]
impl ChannelAdapter for TextPost {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        let mut post = self.postbox.open();
        let sid = post.new_sid();
        post.texts.push(Text {
            sid: sid.clone(),
            at: self.clock.now(),
            phone: message.to.value.clone(),
            from_shop: true,
            body: message.text.clone(),
            media: Vec::new(),
            reported: true,
        });
        sent(&mut post, message, sid, Some(1))
    }
}

/// Sends mail.
pub struct MailPost {
    /// Where it goes.
    pub postbox: Postbox,
    /// The clock of the past.
    pub clock: Clock,
    /// Who the shop is in its mail.
    pub letterhead: Letterhead,
    /// What the shop's Message-IDs are made with.
    pub keys: MailKeys,
}

#[async_trait::async_trait]
impl ChannelAdapter for MailPost {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        let refused = |reason: String| SendOutcome::Permanent {
            code: "no_mail".to_owned(),
            reason,
        };
        let now = self.clock.now();
        let built = match build(message, &self.letterhead, &self.keys, now) {
            Ok(built) => built,
            Err(error) => return refused(error.to_string()),
        };
        let mail = match received(&built.rcpt_to, &built.bytes, now) {
            Ok(mail) => mail,
            Err(error) => return refused(error.to_string()),
        };
        let mut post = self.postbox.open();
        post.mails.push(mail);
        sent(&mut post, message, built.message_id, None)
    }
}

fn sent(
    post: &mut Post,
    message: &Outbound,
    provider_id: String,
    parts: Option<u32>,
) -> SendOutcome {
    let (delivery, endpoint) = (message.delivery, message.endpoint);
    post.under_way.push(Sent {
        delivery,
        endpoint,
        provider_id: provider_id.clone(),
    });
    SendOutcome::Sent { provider_id, parts }
}
