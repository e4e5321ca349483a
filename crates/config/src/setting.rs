//! How each kind of value is read from TOML, or from the bare text of an environment variable.

use crate::reader::{Reader, element_step};
use crate::section::Shape;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

/// A value that may stand in the configuration.
pub(crate) trait Setting: Sized {
    /// Reads it; `None` when a problem was reported.
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self>;

    /// What kind of TOML it is.
    fn shape() -> Shape {
        Shape::Value
    }

    /// The value as TOML, for the example file. Only asked of values with a default.
    fn render(&self) -> String {
        String::new()
    }
}

/// The text of a string value; a problem otherwise.
pub(crate) fn text<'v>(value: &'v toml::Value, what: &str, at: &mut Reader<'_>) -> Option<&'v str> {
    value.as_str().or_else(|| {
        at.reject(
            format!("expected {what}, found {}", value.type_str()),
            "write it in quotes",
        )
    })
}

/// Reads a value written as a string and parsed with `FromStr`.
pub(crate) fn parsed<T>(
    value: &toml::Value,
    what: &str,
    example: &str,
    at: &mut Reader<'_>,
) -> Option<T>
where
    T: FromStr<Err: std::fmt::Display>,
{
    let text = text(value, what, at)?;
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => at.reject(
            format!("'{text}' is not {what}: {error}"),
            format!("write it like {example}"),
        ),
    }
}

pub(crate) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Setting for String {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        text(value, "text", at).map(str::to_owned)
    }

    fn render(&self) -> String {
        quoted(self)
    }
}

impl Setting for PathBuf {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        text(value, "a path", at).map(Self::from)
    }

    fn render(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Setting for SocketAddr {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        let example = "\"127.0.0.1:8080\" or \"[::]:8080\"";
        parsed(value, "an IP address and port", example, at)
    }

    fn render(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Setting for Url {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        parsed(value, "a URL", "\"https://support.example.com/\"", at)
    }

    fn render(&self) -> String {
        quoted(self.as_str())
    }
}

impl Setting for bool {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        let bare = at.variable().and(value.as_str());
        match (value.as_bool(), bare) {
            (Some(value), _) => Some(value),
            (None, Some("true")) => Some(true),
            (None, Some("false")) => Some(false),
            _ => at.reject(
                format!("expected true or false, found {value}"),
                "write true or false, without quotes",
            ),
        }
    }

    fn render(&self) -> String {
        self.to_string()
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl Setting for $number {
            fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
                let bare = at.variable().and(value.as_str());
                let number = match bare {
                    Some(text) => text.trim().parse().ok(),
                    None => value.as_integer().and_then(|number| Self::try_from(number).ok()),
                };
                number.or_else(|| at.reject(
                    format!("expected a whole number, found {value}"),
                    format!("write a number from 0 to {}", Self::MAX),
                ))
            }

            fn render(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
whole_numbers!(u16, u32, u64);

impl<T: Setting> Setting for Option<T> {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        T::read(value, at).map(Some)
    }

    fn shape() -> Shape {
        match T::shape() {
            Shape::Table(describe) => Shape::OptionalTable(describe),
            other => other,
        }
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        let split = at.variable().and(value.as_str()).map(elements_of_text);
        let Some(elements) = split.as_ref().or(value.as_array()) else {
            return at.reject(
                format!("expected a list, found {}", value.type_str()),
                "write it in square brackets",
            );
        };
        // All are read before the first missing one ends it, so that every problem is reported.
        let read: Vec<Option<T>> = elements
            .iter()
            .enumerate()
            .map(|(index, element)| {
                at.within(&element_step(element, index), |at| T::read(element, at))
            })
            .collect();
        read.into_iter().collect()
    }

    fn shape() -> Shape {
        match T::shape() {
            Shape::Table(describe) => Shape::Tables(describe),
            other => other,
        }
    }

    fn render(&self) -> String {
        let elements: Vec<String> = self.iter().map(Setting::render).collect();
        format!("[{}]", elements.join(", "))
    }
}

/// An environment variable's list: a TOML list, or texts between commas.
fn elements_of_text(text: &str) -> Vec<toml::Value> {
    if text.trim_start().starts_with('[')
        && let Ok(mut table) = format!("list = {text}").parse::<toml::Table>()
        && let Some(toml::Value::Array(elements)) = table.remove("list")
    {
        return elements;
    }
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| toml::Value::String(part.to_owned()))
        .collect()
}

/// A closed set of words as an enum that may stand in the configuration.
macro_rules! setting_words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// The word, as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl $crate::setting::Setting for $name {
            fn read(value: &toml::Value, at: &mut $crate::reader::Reader<'_>) -> Option<Self> {
                match value.as_str() {
                    $(Some($word) => Some(Self::$variant),)*
                    _ => at.reject(
                        format!("{value} is not known here"),
                        format!("use one of {}", [$(concat!("\"", $word, "\"")),*].join(", ")),
                    ),
                }
            }

            fn render(&self) -> String {
                $crate::setting::quoted(self.as_str())
            }
        }
    };
}
pub(crate) use setting_words;
