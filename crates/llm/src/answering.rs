//! An answer on its way.

use crate::assembly::Assembly;
use crate::budget::Meter;
use crate::error::LlmError;
use crate::reply::{Delta, Event};
use crate::sse::{EventReader, MAX_EVENT_BYTES, ServerEvent, TooLong};
use crate::transport::BrokeOff;
use crate::wire;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream, Stream};
use std::collections::VecDeque;
use std::sync::Arc;
use throughline_config::LanguageModel;
use tokio::time::{Instant, timeout_at};

/// The most bytes of a whole stream, what says nothing included.
const MAX_STREAM_BYTES: usize = 16 * 1024 * 1024;

/// An answer whose beginning is there. Dropping it ends the call; what had been seen of it is charged.
pub struct Answering {
    config: Arc<LanguageModel>,
    body: BoxStream<'static, Result<Bytes, BrokeOff>>,
    reader: EventReader,
    assembly: Option<Assembly>,
    ready: VecDeque<Delta>,
    meter: Meter,
    deadline: Instant,
    bytes: usize,
}

impl Answering {
    pub(crate) fn new(
        config: Arc<LanguageModel>,
        body: BoxStream<'static, Result<Bytes, BrokeOff>>,
        assembly: Assembly,
        meter: Meter,
        deadline: Instant,
    ) -> Self {
        Self {
            config,
            body,
            reader: EventReader::default(),
            assembly: Some(assembly),
            ready: VecDeque::new(),
            meter,
            deadline,
            bytes: 0,
        }
    }

    /// The next piece; after the last one [`Event::Done`], and then nothing.
    ///
    /// # Errors
    /// [`LlmError`]; nothing comes after it.
    pub async fn next(&mut self) -> Result<Option<Event>, LlmError> {
        loop {
            if let Some(delta) = self.ready.pop_front() {
                return Ok(Some(Event::Delta(delta)));
            }
            let Some(assembly) = &self.assembly else {
                return Ok(None);
            };
            if assembly.has_ended() {
                return self.finish().map(Some);
            }
            let timeout_ms = self.config.timeout_ms;
            let read = timeout_at(self.deadline, self.read_more()).await;
            if let Err(error) = read.unwrap_or(Err(LlmError::TooSlow { timeout_ms })) {
                self.assembly = None;
                return Err(error);
            }
        }
    }

    /// The same as a stream, which ends after its first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Event, LlmError>> + Send {
        stream::try_unfold(self, async |mut answer| {
            Ok(answer.next().await?.map(|event| (event, answer)))
        })
    }

    /// Waits for the first piece.
    pub(crate) async fn begin(&mut self) -> Result<(), LlmError> {
        while self
            .assembly
            .as_ref()
            .is_some_and(|assembly| !assembly.has_begun())
        {
            self.read_more().await?;
        }
        Ok(())
    }

    /// Gives the meter of an answer that did not begin.
    pub(crate) fn into_meter(self) -> Meter {
        self.meter
    }

    async fn read_more(&mut self) -> Result<(), LlmError> {
        let piece = match self.body.next().await {
            Some(Ok(piece)) => piece,
            Some(Err(BrokeOff)) => return Err(LlmError::BrokeOff),
            None => return self.connection_ended(),
        };
        self.bytes = self.bytes.saturating_add(piece.len());
        if self.bytes > MAX_STREAM_BYTES {
            return Err(LlmError::TooLarge {
                limit: MAX_STREAM_BYTES,
            });
        }
        let events = self.reader.push(&piece);
        self.take_in(&events.map_err(|TooLong| LlmError::TooLarge {
            limit: MAX_EVENT_BYTES,
        })?)
    }

    fn connection_ended(&mut self) -> Result<(), LlmError> {
        let last: Vec<ServerEvent> = self.reader.end().into_iter().collect();
        self.take_in(&last)?;
        match &mut self.assembly {
            Some(assembly) => {
                assembly.connection_ended();
                assembly.has_ended().then_some(()).ok_or(LlmError::BrokeOff)
            }
            None => Ok(()),
        }
    }

    fn take_in(&mut self, events: &[ServerEvent]) -> Result<(), LlmError> {
        let Some(assembly) = &mut self.assembly else {
            return Ok(());
        };
        for event in events {
            wire::read(self.config.wire, event, assembly)?;
            if assembly.has_ended() {
                break;
            }
        }
        self.ready.extend(assembly.take_deltas());
        self.meter
            .note(assembly.usage(|output| self.meter.estimate(output)));
        Ok(())
    }

    fn finish(&mut self) -> Result<Event, LlmError> {
        let assembly = self.assembly.take().ok_or(LlmError::BrokeOff)?;
        let usage = assembly.usage(|output| self.meter.estimate(output));
        self.meter.note(usage);
        self.meter.end(true);
        assembly.finish(usage).map(Event::Done)
    }
}
