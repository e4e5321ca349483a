//! The skills a case asks for, as its field `skills` names them.

use crate::error::{Error, Result};
use serde_json::{Map, Value};
use throughline_routing::{Skills, check_skills, read_skills};

/// The field's name.
pub(crate) const FIELD: &str = "skills";

/// The skills that the field asks for: a text such as `language:de 3, returns`, a list of such texts, or an object of
/// names and levels. None without the field.
///
/// # Errors
/// [`Error::Invalid`] when it cannot be read.
pub(crate) fn wanted(fields: &Map<String, Value>) -> Result<Skills> {
    let Some(field) = fields.get(FIELD) else {
        return Ok(Skills::new());
    };
    read(field).map_err(|why| {
        let how = "write them like 'language:de 3, returns'";
        Error::invalid("fields", format!("'{FIELD}': {why}; {how}"))
    })
}

fn read(field: &Value) -> Result<Skills, String> {
    let read = match field {
        Value::String(text) => read_skills(text),
        Value::Array(all) => {
            let texts: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
            read_skills(&texts.ok_or("every skill of a list is a text")?.join(","))
        }
        Value::Object(_) => {
            let levels = serde_json::from_value(field.clone()).map_err(|error| error.to_string());
            check_skills(levels?)
        }
        _ => return Err("this names no skills".to_owned()),
    };
    read.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(field: Value) -> Result<Value, String> {
        let fields = Map::from_iter([(FIELD.to_owned(), field)]);
        let read = wanted(&fields).map_err(|error| error.to_string());
        read.map(|skills| json!(skills))
    }

    #[test]
    fn a_text_a_list_and_an_object_ask_for_the_same() {
        let german = json!({ "language:de": 3, "returns": 1 });
        for field in [
            json!("language:de 3, returns"),
            json!(["Language:de 3", "returns"]),
            json!({ "language:de": 3, "Returns": 1 }),
        ] {
            assert_eq!(asked(field), Ok(german.clone()));
        }
        let nothing = wanted(&Map::new()).map_err(|error| error.to_string());
        assert_eq!(nothing, Ok(Skills::new()));
    }

    #[test]
    fn what_names_no_skills_is_refused_with_a_way_to_write_them() {
        for field in [
            json!(7),
            json!("returns 0"),
            json!(["returns", 3]),
            json!({ "returns": 11 }),
            json!({ "returns": "well" }),
        ] {
            let why = asked(field.clone()).err().unwrap_or_default();
            assert!(why.contains("'language:de 3, returns'"), "{field}: {why}");
        }
    }
}
