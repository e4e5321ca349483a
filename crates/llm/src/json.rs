//! JSON as models write it: in code fences, with words around it, with a comma too many.

use serde_json::Value;

/// Why no JSON was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// There is no object or list in it.
    #[error("the model wrote no JSON; a model that follows a schema, or a larger one, may help")]
    None,
    /// It begins and does not end.
    #[error("the model's JSON was cut short; raise language_model.max_tokens")]
    CutShort,
    /// It is not JSON.
    #[error("the model wrote something that is nearly JSON: {0}")]
    Broken(String),
}

/// How deep values may be nested, so that reading them cannot exhaust the stack.
const MAX_DEPTH: usize = 64;
/// So many places where JSON could begin are looked at.
const MAX_STARTS: usize = 64;

/// The first object or list in `text` that can be read. Fences, words around it, a model's thinking before it and
/// trailing commas are overlooked; nothing is guessed: a value that was cut short is an error, never its first half.
///
/// # Errors
/// Says whether there was none, or it was cut short, or broken.
pub fn json_in(text: &str) -> Result<Value, JsonError> {
    let mut rest = text
        .rsplit_once("</think>")
        .map_or(text, |(_, answer)| answer);
    let mut first_error = None;
    for _ in 0..MAX_STARTS {
        let Some(start) = rest.find(['{', '[']) else {
            break;
        };
        let end = match end_of_value(&rest[start..]) {
            Ok(length) => start + length,
            Err(error) => return Err(first_error.unwrap_or(error)),
        };
        match read(&rest[start..end]) {
            Ok(value) => return Ok(value),
            Err(error) => first_error.get_or_insert(error),
        };
        rest = &rest[end..];
    }
    Err(first_error.unwrap_or(JsonError::None))
}

fn read(value: &str) -> Result<Value, JsonError> {
    serde_json::from_str(value)
        .or_else(|_| serde_json::from_str(&without_trailing_commas(value)))
        .map_err(|error| JsonError::Broken(error.to_string()))
}

/// Where the value that `text` begins with ends, by its brackets.
fn end_of_value(text: &str) -> Result<usize, JsonError> {
    let mut depth = 0_usize;
    let mut scan = Scan::default();
    for (at, byte) in text.bytes().enumerate() {
        if scan.is_text(byte) {
            continue;
        }
        match byte {
            b'{' | b'[' if depth == MAX_DEPTH => {
                return Err(JsonError::Broken("it is nested too deeply".to_owned()));
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return Ok(at + 1),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    Err(JsonError::CutShort)
}

fn without_trailing_commas(text: &str) -> String {
    let mut scan = Scan::default();
    let mut kept = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // Signs beyond ASCII only occur in texts; their bytes look like no sign of JSON.
        let in_text = scan.is_text(c.try_into().unwrap_or(b'x'));
        let closes = || text[at + 1..].trim_start().starts_with(['}', ']']);
        if in_text || c != ',' || !closes() {
            kept.push(c);
        }
    }
    kept
}

/// Knows which bytes are within quotes.
#[derive(Default)]
struct Scan {
    quoted: bool,
    escaped: bool,
}

impl Scan {
    fn is_text(&mut self, byte: u8) -> bool {
        if !self.quoted {
            self.quoted = byte == b'"';
            return self.quoted;
        }
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.quoted = false,
            _ => {}
        }
        true
    }
}
