//! Text with `{paths}` in it, for sentences and for arguments.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// The value at a path, such as `order.status`.
    Path(String),
}

/// A text with paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its pieces in order.
    pub pieces: Vec<Piece>,
}

impl Template {
    /// Reads a text. `{{` stands for a brace.
    ///
    /// # Errors
    /// When a brace is not closed, or has nothing a path could be in it; the sentence says what to do.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                plain.push('{');
                rest = after;
                continue;
            }
            let end = rest
                .find('}')
                .ok_or("'{' is not closed: write {{ for a brace")?;
            let path = rest[..end].trim();
            // An anchor's name in a note, as in `{#do}`, is text.
            if let Some(anchor) = path.strip_prefix('#') {
                plain.push_str(anchor);
            } else if is_path(path) {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Path(path.to_owned()));
            } else {
                return Err(format!(
                    "'{{{path}}}' is not a path: write a slot's name, or name.field"
                ));
            }
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The path, when the template is one path and nothing else: an argument then keeps its type.
    pub fn as_path(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Path(path)] => Some(path),
            _ => None,
        }
    }

    /// Every path in it.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Path(path) => Some(path.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text, with each path replaced by what `value` says.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Path(path) => value(path),
        });
        pieces.collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Path(path) => write!(f, "{{{path}}}")?,
            }
        }
        Ok(())
    }
}

/// Whether a text can be a path: names of letters, digits, `_` and `-`, joined by dots.
pub fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|name| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        })
}
