//! How a chat looks and behaves, wherever that was set: in the file, or at the desk. What comes from the desk goes
//! through the reader and the check of the file, so there is one set of rules.

use crate::check::check_look;
use crate::problem::{ConfigErrors, Problem};
use crate::reader::Reader;
use crate::section::{as_table, read_key};
use crate::sections::{Webchat, Widget};
use crate::setting::Setting as _;
use std::collections::BTreeMap;

/// How a chat looks and behaves.
#[derive(Debug, Clone)]
pub struct Look {
    /// The title above it.
    pub title: String,
    /// The first line a visitor sees; none for the chat's own words.
    pub greeting: Option<String>,
    /// Everything else.
    pub widget: Widget,
}

impl Look {
    /// As the file says.
    pub fn configured(chat: &Webchat) -> Self {
        Self {
            title: chat.title.clone(),
            greeting: chat.greeting.clone(),
            widget: chat.widget.clone(),
        }
    }

    /// Reads what was set elsewhere: the keys of `[endpoint.webchat.widget]`, with `title` and `greeting` beside
    /// them. What is left out, or null, is as in an empty file.
    ///
    /// # Errors
    /// Every mistake, each with its place in `value`.
    pub fn read(value: &serde_json::Value) -> Result<Self, ConfigErrors> {
        let environment = BTreeMap::new();
        let mut reader = Reader::new(&environment);
        let look = read(&toml_of(value), &mut reader);
        let mut found: Vec<Problem> = reader.into_problems();
        if let Some(look) = &look {
            check_look(look, &mut found);
        }
        match look {
            Some(look) if found.is_empty() => Ok(look),
            _ => Err(ConfigErrors::new(found)),
        }
    }
}

fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Look> {
    let mut rest = as_table(value, at)?.clone();
    let mut own = toml::Table::new();
    for key in ["title", "greeting"] {
        if let Some(value) = rest.remove(key) {
            own.insert(key.to_owned(), value);
        }
    }
    let title = read_key(&own, "title", at, |_| Some(Webchat::default().title));
    let greeting: Option<Option<String>> = read_key(&own, "greeting", at, |_| Some(None));
    let widget = Widget::read(&toml::Value::Table(rest), at);
    Some(Look {
        title: title?,
        greeting: greeting?,
        widget: widget?,
    })
}

/// JSON as the reader knows values.
fn toml_of(value: &serde_json::Value) -> toml::Value {
    use serde_json::Value;
    match value {
        // Where something has to stand. A key without a value is left out below.
        Value::Null => toml::Value::String(String::new()),
        Value::Bool(value) => toml::Value::Boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => toml::Value::Integer(whole),
            None => toml::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => toml::Value::String(text.clone()),
        Value::Array(elements) => toml::Value::Array(elements.iter().map(toml_of).collect()),
        Value::Object(fields) => {
            let given = fields.iter().filter(|(_, value)| !value.is_null());
            let table: toml::Table = given
                .map(|(key, value)| (key.clone(), toml_of(value)))
                .collect();
            toml::Value::Table(table)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use serde_json::{Value, json};

    fn places(value: Value) -> Vec<String> {
        let errors = Look::read(&value).unwrap_err();
        let places = errors.problems().iter().map(|one| one.path.clone());
        places.collect()
    }

    #[test]
    fn what_is_left_out_is_as_in_an_empty_file() {
        let usual = Look::read(&json!({ "greeting": null })).unwrap();
        assert_eq!(usual.title, "Chat with us");
        assert_eq!(usual.greeting, None);
        assert_eq!(usual.widget.color, Widget::default().color);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let wrong = json!({
            "title": " ", "greeting": "x".repeat(501), "color": "blue", "colour": "#ffffff", "rating": "no",
        });
        assert_eq!(
            places(wrong),
            ["colour", "rating"],
            "what cannot be read comes first"
        );
        let wrong = json!({
            "title": " ",
            "greeting": "x".repeat(501),
            "color": "blue",
            "invitation": "Ring\u{7}",
            "invite_after_seconds": 86_401,
            "logo": "https://pictures.example;sandbox/logo.png",
            "texts": [{ "language": "de" }, { "language": "fr" }, { "language": "de" }],
            "ask": [{ "name": "order number" }, { "name": "email" }, { "name": "email" }],
            "hours": ["mon-fri 09:00-17:30", "tue 17:00-18:00"],
        });
        assert_eq!(
            places(wrong),
            [
                "title",
                "greeting",
                "color",
                "logo",
                "texts[1].language",
                "texts[2].language",
                "invitation",
                "invite_after_seconds",
                "ask[order number].name",
                "ask[order number].label",
                "ask[email].name",
                "hours[1]",
            ]
        );
    }

    #[test]
    fn there_is_an_end_to_what_can_be_asked_for() {
        let ask: Vec<_> = (0..21)
            .map(|number| json!({ "name": format!("field_{number}"), "label": "Field" }))
            .collect();
        let closed = vec!["2026-12-25"; 101];
        assert_eq!(
            places(json!({ "ask": ask, "closed": closed })),
            ["ask", "closed"]
        );
        let hours = vec!["mon 09:00-10:00"; 101];
        assert_eq!(places(json!({ "hours": hours }))[0], "hours");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for wrong in [
            json!(null),
            json!([]),
            json!("#ffffff"),
            json!({ "ask": [null] }),
        ] {
            assert!(Look::read(&wrong).is_err(), "{wrong}");
        }
    }
}
