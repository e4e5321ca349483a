//! Sending through the Messages resource.

use super::config::{BadSmsConfig, SmsConfig};
use super::request::{self, Parameters};
use super::response::{self, Answer};
use super::{reconcile, segments};
use std::sync::Arc;
use std::time::Duration;
use throughline_model::channel::ChannelAdapter;
use throughline_model::clock::Clock;
use throughline_model::inbound::File;
use throughline_model::outbound::{Outbound, Reconciled, SendOutcome};
use url::Url;

/// The most that is read of an answer, in bytes; a page of a thousand messages is about 1 MB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Puts a file where the provider can fetch it: it takes links, not bytes.
#[async_trait::async_trait]
pub trait MediaLinks: Send + Sync {
    /// A public, unguessable link to the file. The error says what to do; the message waits.
    async fn link(&self, message: &Outbound, file: &File) -> Result<Url, String>;
}

/// Carries text messages out through one account and number.
pub struct SmsAdapter {
    config: SmsConfig,
    http: reqwest::Client,
    clock: Clock,
    media: Option<Arc<dyn MediaLinks>>,
}

impl SmsAdapter {
    /// An adapter that calls the API with `http`. That client should follow no redirects: a moved
    /// API is a mistake in `api_base`, not a place to send messages to.
    ///
    /// # Errors
    /// [`BadSmsConfig`] when the configuration cannot work.
    pub fn new(
        config: SmsConfig,
        http: reqwest::Client,
        clock: Clock,
    ) -> Result<Self, BadSmsConfig> {
        config.check()?;
        Ok(Self {
            config,
            http,
            clock,
            media: None,
        })
    }

    /// Sends files as links made by `media`. Without it, a message with files is refused.
    #[must_use]
    pub fn with_media(mut self, media: Arc<dyn MediaLinks>) -> Self {
        self.media = Some(media);
        self
    }

    async fn media(&self, message: &Outbound) -> Result<Vec<Url>, SendOutcome> {
        if message.files.is_empty() {
            return Ok(Vec::new());
        }
        let Some(links) = &self.media else {
            return Err(SendOutcome::Permanent {
                code: "no_media".to_owned(),
                reason: "files cannot be sent by SMS without a public URL of this installation; set it, or put a link into the text".to_owned(),
            });
        };
        let mut media = Vec::with_capacity(message.files.len());
        for file in &message.files {
            let link = links.link(message, file).await;
            media.push(link.map_err(|reason| SendOutcome::Retry {
                reason,
                after_ms: None,
            })?);
        }
        Ok(media)
    }

    /// Posts a message, with the next token when one is refused: a refusal is no sending.
    async fn post(&self, parameters: &Parameters) -> Result<Answer, SendOutcome> {
        let url = request::messages_url(&self.config);
        let mut credentials = self.config.credentials().into_iter().peekable();
        while let Some((name, password)) = credentials.next() {
            let call = self.http.post(url.clone()).form(parameters);
            let answer = self
                .call(call, name, password)
                .await
                .map_err(|error| cut_short(&error))?;
            if answer.status != 401 || credentials.peek().is_none() {
                return Ok(answer);
            }
            tracing::warn!(account = %self.config.account_sid, "the SMS provider refused an auth token; trying the next");
        }
        Err(SendOutcome::Permanent {
            code: "no_credentials".to_owned(),
            reason: "the endpoint has no auth token; set one".to_owned(),
        })
    }

    /// One page of the account's messages.
    async fn page(&self, url: Url) -> Option<Answer> {
        let mut last = None;
        for (name, password) in self.config.credentials() {
            let answer = self
                .call(self.http.get(url.clone()), name, password)
                .await
                .ok()?;
            if answer.status != 401 {
                return Some(answer);
            }
            last = Some(answer);
        }
        last
    }

    async fn call(
        &self,
        call: reqwest::RequestBuilder,
        name: &str,
        password: &str,
    ) -> reqwest::Result<Answer> {
        let timeout = Duration::from_millis(self.config.timeout_ms);
        let mut response = call
            .basic_auth(name, Some(password))
            .timeout(timeout)
            .send()
            .await?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut body = Some(Vec::new());
        // From here on the status is known; a body that breaks off must not hide it.
        while let Some(read) = body.as_mut() {
            match response.chunk().await {
                Ok(Some(chunk)) if read.len() + chunk.len() <= MAX_ANSWER_BYTES => {
                    read.extend_from_slice(&chunk)
                }
                Ok(None) => break,
                Ok(Some(_)) | Err(_) => body = None,
            }
        }
        Ok(Answer {
            status,
            retry_after,
            body,
        })
    }
}

#[async_trait::async_trait]
impl ChannelAdapter for SmsAdapter {
    async fn send(&self, message: &Outbound) -> SendOutcome {
        let sent = async {
            request::recipient(&message.to)?;
            let media = self.media(message).await?;
            let estimated_parts = media
                .is_empty()
                .then(|| segments::count(&message.text).count);
            let answer = self
                .post(&request::parameters(&self.config, message, &media)?)
                .await?;
            Ok(response::outcome(
                &answer,
                estimated_parts,
                self.clock.now(),
            ))
        };
        sent.await.unwrap_or_else(|outcome| outcome)
    }

    /// Looks through the account's messages to this recipient; see [`super::RECONCILE_AFTER_MS`] for
    /// when to ask.
    async fn reconcile(&self, message: &Outbound) -> Reconciled {
        let Ok(to) = request::recipient(&message.to) else {
            // Such a message is refused before anything is written.
            return Reconciled::NotFound;
        };
        let Some(mut search) = reconcile::Search::new(&self.config, message, to) else {
            return Reconciled::CannotTell;
        };
        while let Some(url) = search.next_page() {
            match self.page(url).await {
                Some(answer) => search.read(&answer),
                None => return Reconciled::CannotTell,
            }
        }
        search.verdict()
    }
}

/// What a call that brought no answer means.
fn cut_short(error: &reqwest::Error) -> SendOutcome {
    // Never the error's own words alone: they may hold the URL, and with it the account.
    if error.is_connect() {
        SendOutcome::Retry {
            reason: "no connection to the SMS provider; it is tried again by itself".to_owned(),
            after_ms: None,
        }
    } else if error.is_builder() {
        SendOutcome::Permanent {
            code: "bad_request".to_owned(),
            reason: "the request could not be written; check the endpoint's settings for characters that are not allowed".to_owned(),
        }
    } else if error.is_timeout() {
        SendOutcome::Unknown {
            reason: "the SMS provider did not answer in time; the message may have been taken"
                .to_owned(),
        }
    } else {
        SendOutcome::Unknown {
            reason: "the connection to the SMS provider broke; the message may have been taken"
                .to_owned(),
        }
    }
}
