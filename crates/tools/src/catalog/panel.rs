//! What people at the desk see of a customer in another system: rows made of a read tool's answer.

use crate::declaration;
use serde_json::Value;

/// The most rows that are shown.
const ROWS_LIMIT: usize = 50;
/// The longest text of a cell, in characters.
const CELL_LIMIT: usize = 200;

/// How a read tool's answer becomes rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// What stands above them, such as "Orders".
    pub title: String,
    /// Where in the answer the rows are.
    rows: Pointer,
    /// What is shown of each row: the first names it.
    show: Vec<Pointer>,
}

/// A JSON pointer whose steps may be `*`, for any name or place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pointer(Vec<String>);

impl Panel {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(declared: declaration::Panel) -> Result<Self, String> {
        let title = declared.title.trim().to_owned();
        if title.is_empty() || title.chars().count() > 40 {
            return Err("panel: give it a title of at most 40 characters".to_owned());
        }
        if declared.show.is_empty() {
            return Err("panel: say what to show of each row, as JSON pointers".to_owned());
        }
        let show = declared.show.iter().map(|text| Pointer::new(text));
        Ok(Self {
            title,
            rows: Pointer::new(&declared.rows)?,
            show: show.collect::<Result<_, _>>()?,
        })
    }

    /// The rows of an answer, each with as many texts as there are things to show; what is not there is empty.
    pub fn rows(&self, answer: &Value) -> Vec<Vec<String>> {
        let found = self.rows.find(answer);
        let all = found.into_iter().flat_map(|found| match found {
            Value::Array(rows) => rows.iter().collect(),
            other => vec![other],
        });
        let cells = |row: &Value| self.show.iter().map(|at| cell(&at.find(row))).collect();
        all.take(ROWS_LIMIT).map(cells).collect()
    }
}

impl Pointer {
    fn new(text: &str) -> Result<Self, String> {
        let Some(steps) = text.strip_prefix('/').or(text.is_empty().then_some("")) else {
            return Err(format!(
                "panel: '{text}' is no JSON pointer; they begin with /"
            ));
        };
        let steps = steps.split('/').filter(|step| !step.is_empty());
        Ok(Self(steps.map(str::to_owned).collect()))
    }

    fn find<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![value];
        for step in &self.0 {
            found = found
                .into_iter()
                .flat_map(|value| match (value, step.as_str()) {
                    (Value::Array(all), "*") => all.iter().collect(),
                    (Value::Object(all), "*") => all.values().collect(),
                    (Value::Array(all), at) => {
                        let at = at.parse().ok().and_then(|at: usize| all.get(at));
                        at.into_iter().collect()
                    }
                    (Value::Object(all), name) => all.get(name).into_iter().collect(),
                    _ => Vec::new(),
                })
                .collect();
        }
        found
    }
}

/// Several values stand beside each other.
fn cell(values: &[&Value]) -> String {
    let texts = values.iter().filter_map(|value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    });
    let text = texts.collect::<Vec<_>>().join(", ");
    text.chars().take(CELL_LIMIT).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use serde_json::json;

    fn panel(rows: &str, show: &[&str]) -> Result<Panel, String> {
        Panel::new(declaration::Panel {
            title: "Orders".to_owned(),
            rows: rows.to_owned(),
            show: show.iter().map(|text| (*text).to_owned()).collect(),
        })
    }

    #[test]
    fn an_answer_becomes_rows() {
        let answer = json!({ "orders": [
            { "id": "#W1", "items": [{ "name": "Lamp" }, { "name": "Shade" }], "total": 12.5 },
            { "id": "#W2", "items": [], "total": null },
            "nonsense",
        ]});
        let panel = panel("/orders", &["/id", "/items/*/name", "/total"]).unwrap();
        assert_eq!(
            panel.rows(&answer),
            [
                ["#W1", "Lamp, Shade", "12.5"],
                ["#W2", "", ""],
                ["", "", ""]
            ]
        );
        assert!(panel.rows(&json!({ "error": true })).is_empty());
    }

    #[test]
    fn what_is_no_pointer_is_told() {
        assert!(
            panel("orders", &["/id"])
                .unwrap_err()
                .contains("no JSON pointer")
        );
        assert!(panel("/orders", &[]).is_err());
    }
}
