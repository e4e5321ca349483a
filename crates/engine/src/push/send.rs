//! Telling the browsers of whoever is not here.
//!
//! Each answer has a job for each browser. It waits a moment, for most answers are read at once; it ends when the answer
//! was read or another one has come, whose own job tells of both.

use super::PUSH;
use super::seal::seal;
use super::sender_key::SenderKey;
use super::subscription::{self, Subscription};
use crate::conversation::{self, Interaction, View};
use crate::delivery::{self, Delivery};
use crate::error::Result;
use crate::fetch::{Answer, Bounds, FetchError, Outside};
use crate::job::{Done, Handler, Job, backoff_ms, enqueue};
use crate::queries::push as queries;
use crate::visitor::offline::Presence;
use crate::{Setup, attachment};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use reqwest::StatusCode;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, DeliveryId, EndpointId};
use throughline_model::outbound::DeliveryStatus;
use throughline_storage::{Db, Tx, params};
use url::Url;
use uuid::Uuid;

/// How long an answer has to be read before it is told of, in milliseconds.
const WAIT_MS: i64 = 10_000;
/// When to look again while its visitor has the chat open, in milliseconds.
const LOOK_MS: i64 = 30_000;
/// After so long an answer is no news, in milliseconds; push services hold it for no longer either.
const NEWS_MS: i64 = 24 * 3_600_000;
/// More often than a browser is tried within that time.
const TRIES: i64 = 50;
/// What a push service may take.
const BOUNDS: Bounds = Bounds {
    timeout_ms: 5_000,
    max_bytes: 0,
};
/// After so many tries without any answer a push service is given up; the page subscribes anew when it is opened.
const SILENT_TRIES: i64 = 5;
/// The longest it can ask us to wait, in milliseconds.
const ASKED_LIMIT_MS: i64 = 3_600_000;
/// So much of an answer is shown, and so much of a chat's title, in characters.
const BODY_CHARACTERS: usize = 160;
const TITLE_CHARACTERS: usize = 100;
/// How many bytes of its hash stand for a conversation where a push service reads along.
const TOPIC_BYTES: usize = 18;

/// A chat as its visitors are told of it.
#[derive(Clone, Debug)]
pub struct Chat {
    /// What it is called.
    pub title: String,
    /// Where it is opened.
    pub url: String,
}

/// Knows what each chat is called now.
#[async_trait::async_trait]
pub trait Chats: Send + Sync {
    /// The chat for a visitor who reads this language; none when its visitors are not told.
    async fn chat(&self, endpoint: EndpointId, language: &str) -> Option<Chat>;
}

/// Tells browsers of answers; handles jobs of kind [`PUSH`].
pub struct Push {
    /// The database.
    pub db: Db,
    /// How the engine is set up.
    pub setup: Setup,
    /// The way to the push services.
    pub outside: Outside,
    /// By what they know us.
    pub key: SenderKey,
    /// Where their operators find whoever sends: an address of this installation.
    pub contact: String,
    /// The chats whose visitors are told.
    pub chats: Box<dyn Chats>,
    /// Who has the chat open.
    pub presence: Box<dyn Presence>,
}

/// Looks in a moment whether `delivery`, an answer on `line`, was read.
///
/// # Errors
/// When the database fails.
pub(crate) fn tell_later(
    tx: &mut Tx<'_>,
    setup: &Setup,
    line: &Interaction,
    delivery: DeliveryId,
) -> Result<()> {
    let at = setup.clock.now() + WAIT_MS;
    for browser in subscription::of_visitor(tx, line.identifier)? {
        let payload = json!({ "delivery": delivery, "subscription": browser });
        let key = browser.to_string();
        enqueue(tx, &setup.clock, PUSH, &key, &payload, at, TRIES)?;
    }
    Ok(())
}

/// An answer nobody has read, and the browser that is to be told.
struct News {
    answer: Delivery,
    /// The start of it.
    body: String,
    browser: Subscription,
}

#[async_trait::async_trait]
impl Handler for Push {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let named = |name: &str| job.payload.get(name).and_then(|id| id.as_str());
        let delivery = named("delivery").and_then(|id| id.parse::<DeliveryId>().ok());
        let browser = named("subscription").and_then(|id| id.parse::<Uuid>().ok());
        let (Some(delivery), Some(browser)) = (delivery, browser) else {
            return Ok(Done::Dead(
                "the job names no answer and no browser".to_owned(),
            ));
        };
        let found = self.db.read(move |tx| look(tx, delivery, browser)).await?;
        let Some(news) = found else {
            return Ok(Done::Finished);
        };
        let now = self.setup.clock.now();
        let left_ms = news.answer.created_at + NEWS_MS - now;
        if left_ms <= 0 {
            return Ok(Done::Finished);
        }
        let (endpoint, language) = (news.answer.endpoint, &news.browser.language);
        let Some(chat) = self.chats.chat(endpoint, language).await else {
            return Ok(Done::Finished);
        };
        if self.presence.is_here(news.browser.identifier) {
            return Ok(Done::Later { after_ms: LOOK_MS });
        }
        self.tell(job, &news, &chat, left_ms).await
    }
}

impl Push {
    async fn tell(&self, job: &Job, news: &News, chat: &Chat, left_ms: i64) -> Result<Done> {
        let Ok(url) = Url::parse(&news.browser.url) else {
            return Ok(Done::Dead("the browser has no address".to_owned()));
        };
        // The address itself is a secret.
        let host = url.host_str().unwrap_or_default();
        let body = seal(message(news, chat).as_bytes(), &news.browser)?;
        let now = self.setup.clock.now();
        let headers = self.headers(&url, news, left_ms, now);
        let answer = self
            .outside
            .post(url.as_str(), headers, body.into(), BOUNDS)
            .await;
        let (outcome, done) = match answer {
            Ok(answer) if answer.status.is_success() => ("told", Done::Finished),
            Ok(answer) if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE) => {
                let id = news.browser.id;
                self.db.write(move |tx| subscription::gone(tx, id)).await?;
                ("gone", Done::Finished)
            }
            Ok(answer) if passes(answer.status) => {
                let reason = format!("{host} answered {}", answer.status);
                ("retry", again(job, reason, Some(&answer), now))
            }
            Ok(answer) => {
                tracing::warn!(host, status = %answer.status, "a push service refuses; nobody was told of an answer");
                ("refused", Done::Finished)
            }
            Err(FetchError::Refused(why)) => {
                tracing::warn!(host, %why, "a browser's push service is at no place we go to; nobody was told of an answer");
                ("refused", Done::Finished)
            }
            Err(_) if job.attempts >= SILENT_TRIES => {
                let id = news.browser.id;
                self.db.write(move |tx| subscription::gone(tx, id)).await?;
                ("gone", Done::Finished)
            }
            Err(error) => ("retry", again(job, format!("{host}: {error}"), None, now)),
        };
        metrics::counter!("throughline_push_attempts_total", "outcome" => outcome).increment(1);
        Ok(done)
    }

    fn headers(&self, url: &Url, news: &News, left_ms: i64, now: Millis) -> HeaderMap {
        let origin = url.origin().ascii_serialization();
        let authorization = self.key.authorization(&origin, &self.contact, now);
        let ours = [
            (AUTHORIZATION, authorization),
            (HeaderName::from_static("ttl"), (left_ms / 1000).to_string()),
            (
                HeaderName::from_static("topic"),
                self.topic(news.answer.conversation),
            ),
        ];
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        );
        headers.insert(
            HeaderName::from_static("urgency"),
            HeaderValue::from_static("normal"),
        );
        for (name, value) in ours {
            // Digits, letters and a few signs: always a header's value.
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        headers
    }

    /// What one conversation is called at push services, so that a newer answer takes the place of one that waits there.
    fn topic(&self, conversation: ConversationId) -> String {
        let hash = self.setup.keys.mac("push-topic", conversation.0.as_bytes());
        BASE64.encode(&hash[..TOPIC_BYTES])
    }
}

/// A later try may succeed.
fn passes(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

fn again(job: &Job, reason: String, answer: Option<&Answer>, now: Millis) -> Done {
    let asked = answer.and_then(|answer| answer.asked_ms(now)).unwrap_or(0);
    Done::Retry {
        reason,
        after_ms: Some(asked.min(ASKED_LIMIT_MS).max(backoff_ms(job.attempts))),
    }
}

/// What there is to tell; none when the answer was read, another one came after it, or the browser is not told any more.
fn look(tx: &mut Tx<'_>, delivery: DeliveryId, browser: Uuid) -> Result<Option<News>> {
    let Some(browser) = subscription::find(tx, browser)? else {
        return Ok(None);
    };
    let answer = delivery::get(tx, delivery)?;
    let values = params![answer.conversation, answer.interaction];
    let newest: Option<i64> = tx.one(&queries::NEWEST_ANSWER, values, |row| row.get("seq"))?;
    let is_theirs = answer.identifier == browser.identifier;
    if !is_theirs || answer.status == DeliveryStatus::Read || newest > Some(answer.seq) {
        return Ok(None);
    }
    let before = answer.seq - 1;
    let shown = conversation::entries(
        tx,
        answer.conversation,
        before,
        1,
        View::Line(browser.identifier),
    )?;
    let Some(entry) = shown.into_iter().find(|entry| entry.seq == answer.seq) else {
        return Ok(None);
    };
    let mut body = on_one_line(&entry.text, BODY_CHARACTERS);
    if body.is_empty() {
        let files = attachment::of_entry(tx, entry.id)?;
        let names: Vec<_> = files.into_iter().map(|file| file.name).collect();
        body = on_one_line(&names.join(", "), BODY_CHARACTERS);
    }
    Ok(Some(News {
        answer,
        body,
        browser,
    }))
}

/// What the browser reads.
fn message(news: &News, chat: &Chat) -> String {
    json!({
        "title": on_one_line(&chat.title, TITLE_CHARACTERS),
        "body": news.body,
        "tag": news.answer.conversation,
        "url": chat.url,
        "language": news.browser.language,
    })
    .to_string()
}

/// The start of a text, with single spaces where there were any.
fn on_one_line(text: &str, characters: usize) -> String {
    let spaced = text.replace(|c: char| c.is_control(), " ");
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= characters {
        return line;
    }
    let start: String = line.chars().take(characters - 1).collect();
    start.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::on_one_line;

    #[test]
    fn a_long_answer_is_shown_from_its_start_on_one_line() {
        assert_eq!(on_one_line(" It is\n\there.\0 ", 20), "It is here.");
        assert_eq!(on_one_line("It arrives tomorrow", 11), "It arrives…");
        assert_eq!(on_one_line("مرحبا", 5), "مرحبا");
    }
}
