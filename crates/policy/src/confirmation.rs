//! A yes is worth something only for exactly what was read out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What a yes was given to: a hash of an action and its exact arguments.
///
/// The host makes one when it reads the details back, keeps it when the customer agrees, and hands all it has kept to
/// [`crate::facts`]. Whatever differs by one character was not agreed to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confirmation(String);

impl Confirmation {
    /// The confirmation of this action with these arguments.
    ///
    /// The order of keys does not count, and `1.0` is `1`; the order of lists does.
    pub fn of(action: &str, arguments: &Map<String, Value>) -> Self {
        let mut text = String::new();
        write_text(action, &mut text);
        text.push(':');
        write_map(arguments, &mut text);
        Self(hex::encode(Sha256::digest(text)))
    }

    /// The hash, in hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody with a say agreed to an exact action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The role in which they agreed, such as `supervisor`. That they hold it is the host's to check.
    pub role: String,
    /// What they agreed to.
    pub of: Confirmation,
    /// Who it was, for the record.
    pub by: String,
}

/// Canonical JSON: keys sorted, no spaces, whole numbers without a fraction.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&plain(number)),
        Value::String(text) => write_text(text, out),
        Value::Array(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => write_map(map, out),
    }
}

fn write_map(map: &Map<String, Value>, out: &mut String) {
    let mut entries: Vec<_> = map.iter().collect();
    // serde_json keeps either order, depending on what else is compiled in.
    entries.sort_by_key(|(key, _)| *key);
    out.push('{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&Value::from(text).to_string());
}

fn plain(number: &serde_json::Number) -> String {
    /// Up to here every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if !number.is_i64() && !number.is_u64() => {
            match float.fract() == 0.0 && float.abs() < EXACT {
                true => (float as i64).to_string(),
                false => float.to_string(),
            }
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn arguments(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_yes_to_one_address_is_none_to_another() {
        let elm = arguments(json!({"order_id": "#W1", "address1": "1 Elm Street"}));
        let oak = arguments(json!({"order_id": "#W1", "address1": "1 Oak Street"}));
        assert_ne!(
            Confirmation::of("modifyAddress", &elm),
            Confirmation::of("modifyAddress", &oak)
        );
        assert_ne!(
            Confirmation::of("modifyAddress", &elm),
            Confirmation::of("cancelOrder", &elm)
        );
    }

    #[test]
    fn the_same_details_in_another_order_are_the_same() {
        let one: Value = serde_json::from_str(r#"{"a":1.0,"b":{"x":[1,2],"y":null}}"#).unwrap();
        let two: Value = serde_json::from_str(r#"{"b":{"y":null,"x":[1,2]},"a":1}"#).unwrap();
        assert_eq!(
            Confirmation::of("x", &arguments(one)),
            Confirmation::of("x", &arguments(two))
        );
    }

    #[test]
    fn the_hash_is_the_same_tomorrow() {
        let some = arguments(json!({"order_id": "#W1", "item_ids": ["1", "2"]}));
        assert_eq!(
            Confirmation::of("returnItems", &some).as_str(),
            hex::encode(Sha256::digest(
                r##""returnItems":{"item_ids":["1","2"],"order_id":"#W1"}"##
            ))
        );
    }

    proptest! {
        #[test]
        fn different_details_have_different_confirmations(
            one in "[ -~]{0,12}", two in "[ -~]{0,12}", key in "[a-c]", other in "[a-c]",
        ) {
            let first = Map::from_iter([(key.clone(), Value::from(one.clone()))]);
            let second = Map::from_iter([(other.clone(), Value::from(two.clone()))]);
            let same = (key, one) == (other, two);
            prop_assert_eq!(Confirmation::of("x", &first) == Confirmation::of("x", &second), same);
        }
    }
}
