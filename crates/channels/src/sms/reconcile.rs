//! Did a message get through whose sending was cut short?
//!
//! The provider keeps no id of ours, so the account's messages to the recipient are looked through
//! for one with the same text and number of files, made since the delivery was. One is the message;
//! none, after every page has been read, means it was never taken; several cannot be told apart, and
//! nothing is ever sent again on a guess.
//!
//! The list is not narrowed by `DateSent`, although the API offers it: a message still waiting at the
//! provider has no such date, and leaving it out would make it look lost. Nor by `From` when a
//! messaging service picks the number.

use super::config::SmsConfig;
use super::request::messages_url;
use super::response::Answer;
use serde::Deserialize;
use std::collections::BTreeSet;
use throughline_model::clock::Millis;
use throughline_model::outbound::{Outbound, Reconciled};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

const PAGE_SIZE: &str = "1000";
const MAX_PAGES: usize = 20;
const TRIAL_NOTICE: &str = "Sent from your Twilio trial account - ";
/// How far the provider's clock and ours may be apart, in milliseconds.
const CLOCK_SKEW_MS: i64 = 5 * 60_000;

#[derive(Deserialize)]
struct Page {
    messages: Vec<Listed>,
    #[serde(default)]
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    sid: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    direction: Option<String>,
    #[serde(default)]
    date_created: Option<String>,
    #[serde(default)]
    num_media: Option<String>,
}

/// A search under way. It does no I/O: it names the page it wants and reads the answer.
pub(super) struct Search {
    base: Url,
    next: Option<Url>,
    pages: usize,
    /// Messages made before this are older than the delivery.
    since: Millis,
    text: String,
    files: usize,
    found: BTreeSet<String>,
    /// False once a page could not be had or read.
    whole: bool,
}

impl Search {
    /// A search for a message, or none when its delivery's id does not tell when it was made.
    pub(super) fn new(config: &SmsConfig, message: &Outbound, to: &str) -> Option<Self> {
        let (seconds, nanos) = message.delivery.uuid().get_timestamp()?.to_unix();
        let made = i64::try_from(seconds).ok()?.checked_mul(1000)? + i64::from(nanos / 1_000_000);
        let base = messages_url(config);
        let mut first = base.clone();
        first
            .query_pairs_mut()
            .append_pair("To", to)
            .append_pair("PageSize", PAGE_SIZE);
        if let (None, Some(from)) = (&config.messaging_service_sid, &config.from) {
            first.query_pairs_mut().append_pair("From", from);
        }
        Some(Self {
            base,
            next: Some(first),
            pages: 0,
            since: made - CLOCK_SKEW_MS,
            text: comparable(&message.text),
            files: message.files.len(),
            found: BTreeSet::new(),
            whole: true,
        })
    }

    /// The page to fetch next.
    pub(super) fn next_page(&mut self) -> Option<Url> {
        let next = self.next.take()?;
        self.pages += 1;
        if self.pages > MAX_PAGES {
            self.whole = false;
            return None;
        }
        Some(next)
    }

    /// Reads the page that was fetched.
    pub(super) fn read(&mut self, answer: &Answer) {
        let page = answer
            .body
            .as_deref()
            .filter(|_| answer.status == 200)
            .and_then(|body| serde_json::from_slice::<Page>(body).ok());
        let Some(page) = page else {
            self.whole = false;
            return;
        };
        for listed in page.messages {
            if self.is_ours(&listed) {
                self.found.insert(listed.sid);
            }
        }
        if let Some(uri) = page.next_page_uri.filter(|uri| !uri.is_empty()) {
            // The token goes with the request: never to another host.
            let next = self
                .base
                .join(&uri)
                .ok()
                .filter(|next| next.origin() == self.base.origin());
            self.whole &= next.is_some();
            self.next = next;
        }
    }

    pub(super) fn verdict(self) -> Reconciled {
        let mut found = self.found.into_iter();
        match (found.next(), found.next(), self.whole) {
            (Some(provider_id), None, true) => Reconciled::Found { provider_id },
            (None, _, true) => Reconciled::NotFound,
            _ => Reconciled::CannotTell,
        }
    }

    fn is_ours(&self, listed: &Listed) -> bool {
        let outbound = listed
            .direction
            .as_deref()
            .is_none_or(|direction| direction.starts_with("outbound"));
        let files = listed
            .num_media
            .as_deref()
            .and_then(|number| number.parse().ok())
            .unwrap_or(0);
        // A date we cannot read might be any: then the message counts.
        let made = listed
            .date_created
            .as_deref()
            .and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
        let recent =
            made.is_none_or(|made| made.unix_timestamp().saturating_mul(1000) >= self.since);
        outbound
            && recent
            && self.files == files
            && comparable(listed.body.as_deref().unwrap_or_default()) == self.text
    }
}

/// A text as the provider may have kept it. Its smart encoding swaps quotes, dashes and blanks for
/// plainer ones, and a trial account's messages carry a notice, so letters and digits decide; a text
/// without any is compared as it stands.
fn comparable(text: &str) -> String {
    let text = text.strip_prefix(TRIAL_NOTICE).unwrap_or(text).trim();
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() {
        text.to_owned()
    } else {
        letters
    }
}
