//! What of an answer is shown: some fields are taken out, and long texts are cut.

use serde_json::Value;

/// The most characters of one text, when a declaration says nothing.
pub(crate) const MAX_TEXT_CHARS: usize = 4_000;

/// The parts of an answer nobody is shown, as steps from its root; `*` is any step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction(Vec<Vec<String>>);

impl Redaction {
    /// Reads JSON pointers (RFC 6901).
    pub(crate) fn new(pointers: &[String]) -> Result<Self, String> {
        pointers
            .iter()
            .map(|pointer| {
                let steps = pointer.strip_prefix('/').filter(|steps| !steps.is_empty());
                let steps = steps.ok_or_else(|| {
                    format!(
                        "'{pointer}' is no JSON pointer; write it like /payment_methods/*/last_four"
                    )
                })?;
                let step = |step: &str| step.replace("~1", "/").replace("~0", "~");
                Ok(steps.split('/').map(step).collect())
            })
            .collect::<Result<_, String>>()
            .map(Self)
    }

    fn apply(&self, value: &mut Value) {
        for steps in &self.0 {
            take_out(value, steps);
        }
    }
}

fn take_out(value: &mut Value, steps: &[String]) {
    let Some((step, rest)) = steps.split_first() else {
        return;
    };
    match (value, rest) {
        (Value::Object(fields), []) if step == "*" => fields.clear(),
        (Value::Object(fields), []) => {
            fields.remove(step);
        }
        (Value::Object(fields), rest) => {
            let found = fields
                .iter_mut()
                .filter(|(name, _)| step == "*" || *name == step);
            found.for_each(|(_, field)| take_out(field, rest));
        }
        (Value::Array(items), []) if step == "*" => items.clear(),
        (Value::Array(items), []) => {
            let at = step.parse().ok().filter(|at: &usize| *at < items.len());
            if let Some(at) = at {
                items.remove(at);
            }
        }
        (Value::Array(items), rest) => {
            let at: Option<usize> = step.parse().ok();
            let chosen = |place: usize| step == "*" || at == Some(place);
            let found = items
                .iter_mut()
                .enumerate()
                .filter(|(place, _)| chosen(*place));
            found.for_each(|(_, item)| take_out(item, rest));
        }
        _ => {}
    }
}

/// `value` as it may be shown.
pub(crate) fn shown(mut value: Value, redaction: &Redaction, max_text_chars: usize) -> Value {
    redaction.apply(&mut value);
    cut(&mut value, max_text_chars);
    value
}

/// Cuts every text in `value` to `most` characters and says so.
fn cut(value: &mut Value, most: usize) {
    match value {
        Value::String(text) => {
            if let Some(short) = shortened(text, most) {
                *text = short;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cut(item, most)),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, field)| cut(field, most)),
        _ => {}
    }
}

/// `text` with a mark where it was cut; none when it is short enough.
pub(crate) fn shortened(text: &str, most: usize) -> Option<String> {
    let (end, _) = text.char_indices().nth(most)?;
    let all = text.chars().count();
    Some(format!("{}… [cut: {all} characters]", text.get(..end)?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn redaction(pointers: &[&str]) -> Redaction {
        let pointers: Vec<String> = pointers.iter().map(|text| (*text).to_owned()).collect();
        Redaction::new(&pointers).unwrap()
    }

    #[test]
    fn the_digits_of_a_card_are_taken_out_wherever_it_stands() {
        let user = json!({
            "name": "Noah",
            "payment_methods": { "card": { "id": "card", "last_four": "9212" }, "paypal": { "id": "paypal" } },
            "notes": [{ "text": "a", "by": "x" }, { "text": "b", "by": "y" }],
        });
        let hidden = redaction(&[
            "/payment_methods/*/last_four",
            "/notes/1/by",
            "/nothing/here",
        ]);
        assert_eq!(
            shown(user, &hidden, 100),
            json!({
                "name": "Noah",
                "payment_methods": { "card": { "id": "card" }, "paypal": { "id": "paypal" } },
                "notes": [{ "text": "a", "by": "x" }, { "text": "b" }],
            })
        );
    }

    #[test]
    fn a_pointer_that_points_nowhere_is_told() {
        for wrong in ["", "/", "last_four"] {
            assert!(Redaction::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_marked() {
        let value = shown(json!({ "note": ["äöü😀x"] }), &Redaction::default(), 4);
        assert_eq!(value, json!({ "note": ["äöü😀… [cut: 5 characters]"] }));
        let whole = shown(json!("äöü😀"), &Redaction::default(), 4);
        assert_eq!(whole, json!("äöü😀"));
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_allowed_but_for_its_mark(text in ".{0,60}", most in 0_usize..30) {
            let value = shown(json!([text.clone()]), &Redaction::default(), most);
            let kept = value[0].as_str().unwrap().split("… [cut: ").next().unwrap().to_owned();
            prop_assert!(text.chars().count() <= most || kept.chars().count() <= most);
            prop_assert!(text.starts_with(&kept));
        }
    }
}
