//! Asking a model: tries, waits and time limits.

use crate::answering::Answering;
use crate::budget::{Budget, Meter, Price};
use crate::error::LlmError;
use crate::patience::Patience;
use crate::reply::{Event, Reply};
use crate::request::Request;
use crate::transport::{Answer, Call, Network, Transport};
use crate::wire;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use throughline_config::LanguageModel;
use throughline_model::clock::Clock;
use tokio::time::{Instant, timeout_at};

/// The most that is read of what a provider says when it does not answer, in bytes.
const MAX_COMPLAINT_BYTES: usize = 16 * 1024;

/// A language model; cheap to clone.
#[derive(Clone)]
pub struct Client {
    config: Arc<LanguageModel>,
    transport: Arc<dyn Transport>,
    clock: Clock,
}

impl Client {
    /// The model that the operator configured. Nothing is called yet.
    ///
    /// # Errors
    /// When the address or the key cannot be used; the configuration's own check says more.
    pub fn new(config: LanguageModel, clock: Clock) -> Result<Self, LlmError> {
        let network = Network::new(&config)?;
        Self::over(Arc::new(network), config, clock)
    }

    pub(crate) fn over(
        transport: Arc<dyn Transport>,
        config: LanguageModel,
        clock: Clock,
    ) -> Result<Self, LlmError> {
        if config.base_url_problem().is_some() {
            return Err(LlmError::Unreachable);
        }
        wire::headers(&config)?;
        Ok(Self {
            config: Arc::new(config),
            transport,
            clock,
        })
    }

    /// How it is configured.
    pub fn config(&self) -> &LanguageModel {
        &self.config
    }

    /// The whole answer.
    ///
    /// # Errors
    /// [`LlmError`]; what was spent is charged to `budget` all the same.
    pub async fn ask(&self, request: &Request, budget: &Budget) -> Result<Reply, LlmError> {
        let mut answer = self.start(request, budget).await?;
        while let Some(event) = answer.next().await? {
            if let Event::Done(reply) = event {
                return Ok(reply);
            }
        }
        Err(LlmError::BrokeOff)
    }

    /// The answer from its first piece on. Calls are repeated until that piece is there and never afterwards, so
    /// that nobody hears a beginning twice. Dropping the answer ends the call.
    ///
    /// # Errors
    /// [`LlmError`], after as many tries as are configured where another try could help.
    pub async fn start(&self, request: &Request, budget: &Budget) -> Result<Answering, LlmError> {
        let (input, most) = (request.estimated_tokens(), u64::from(request.max_tokens));
        let meter = budget.reserve(Price::of(&self.config), input, most);
        let mut meter = meter.ok_or(LlmError::BudgetUsedUp)?;
        let call = Call {
            url: wire::url(&self.config)?,
            headers: wire::headers(&self.config)?,
            body: wire::body(&self.config, request).to_string().into(),
        };
        let deadline = Instant::now() + Duration::from_millis(self.config.timeout_ms);
        let mut patience = Patience::new(self.config.retries, deadline, self.clock.clone());
        loop {
            match self
                .try_once(request, &call, meter, deadline, &mut patience)
                .await
            {
                Ok(answer) => return Ok(answer),
                Err((error, back)) => {
                    meter = back;
                    let wait = patience.wait_after(&error).ok_or(error)?;
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// One try, up to the first piece. Gives the meter back when it fails.
    async fn try_once(
        &self,
        request: &Request,
        call: &Call,
        mut meter: Meter,
        deadline: Instant,
        patience: &mut Patience,
    ) -> Result<Answering, (LlmError, Meter)> {
        meter.begin();
        let limit = self.config.first_token_timeout_ms;
        let first_by = (Instant::now() + Duration::from_millis(limit)).min(deadline);
        let late = || match first_by == deadline {
            true => LlmError::TooSlow {
                timeout_ms: self.config.timeout_ms,
            },
            false => LlmError::NoFirstToken { timeout_ms: limit },
        };
        let opened = timeout_at(first_by, self.open(call, patience)).await;
        let answer = match opened.unwrap_or_else(|_| Err(late())) {
            Ok(answer) => answer,
            Err(error) => {
                meter.end(error.may_cost());
                return Err((error, meter));
            }
        };
        let assembly = wire::assembly(&self.config, request);
        let mut answering =
            Answering::new(self.config.clone(), answer.body, assembly, meter, deadline);
        match timeout_at(first_by, answering.begin())
            .await
            .unwrap_or_else(|_| Err(late()))
        {
            Ok(()) => Ok(answering),
            Err(error) => {
                let mut meter = answering.into_meter();
                meter.end(error.may_cost());
                Err((error, meter))
            }
        }
    }

    /// Sends, and gives a good answer or says what a bad one means.
    async fn open(&self, call: &Call, patience: &mut Patience) -> Result<Answer, LlmError> {
        let mut answer = self.transport.send(call).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        patience.was_asked(&answer);
        let mut said = Vec::new();
        while let Some(Ok(piece)) = answer.body.next().await {
            let room = MAX_COMPLAINT_BYTES - said.len();
            said.extend_from_slice(&piece[..piece.len().min(room)]);
            if said.len() == MAX_COMPLAINT_BYTES {
                break;
            }
        }
        let key = self.config.key.as_ref().map(|key| key.expose());
        Err(wire::complaint(answer.status, &said, key))
    }
}
