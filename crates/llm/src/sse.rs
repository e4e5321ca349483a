//! Server-sent events out of bytes, however these are cut.
//!
//! Source: the event stream format of the HTML standard (9.2). Lines end with LF, CR or CRLF; a line that starts
//! with a colon is a comment that keeps the connection alive.

use thiserror::Error;

/// The most bytes of one line and of one event's data.
pub(crate) const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerEvent {
    /// Its kind; empty when it has none.
    pub kind: String,
    /// Its data.
    pub data: String,
}

/// A line or an event longer than [`MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an event of the stream is longer than {MAX_EVENT_BYTES} bytes")]
pub(crate) struct TooLong;

/// Takes bytes and gives events.
#[derive(Default)]
pub(crate) struct EventReader {
    line: Vec<u8>,
    /// The last byte was a CR: a LF that follows belongs to it.
    after_cr: bool,
    begun: bool,
    event: ServerEvent,
    has_data: bool,
}

impl EventReader {
    /// The events that these bytes complete. Half a character at their end waits for its other half.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<ServerEvent>, TooLong> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest = after;
                continue;
            }
            let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some(length) = length else {
                self.add(rest)?;
                break;
            };
            self.add(&rest[..length])?;
            self.after_cr = rest[length] == b'\r';
            rest = &rest[length + 1..];
            events.extend(self.end_line()?);
        }
        Ok(events)
    }

    /// The event that the stream ended in the middle of. The standard drops it; some servers forget the last empty
    /// line, and what is whole counts.
    pub(crate) fn end(&mut self) -> Option<ServerEvent> {
        let last = self.end_line().ok()?;
        last.or_else(|| self.end_event())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + bytes.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<ServerEvent>, TooLong> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let begun = std::mem::replace(&mut self.begun, true);
        let line = if begun {
            &text
        } else {
            text.trim_start_matches('\u{feff}')
        };
        if line.is_empty() {
            return Ok(self.end_event());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.kind),
            "data" => self.add_data(value)?,
            // Comments, ids and reconnection times say nothing here.
            _ => {}
        }
        Ok(None)
    }

    fn add_data(&mut self, value: &str) -> Result<(), TooLong> {
        if self.event.data.len() + value.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        if self.has_data {
            self.event.data.push('\n');
        }
        self.has_data = true;
        self.event.data.push_str(value);
        Ok(())
    }

    fn end_event(&mut self) -> Option<ServerEvent> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}
