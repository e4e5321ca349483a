//! From arguments to a request.

use super::{Body, Operation};
use crate::schema::ArgumentProblem;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Request, Url};
use serde_json::{Map, Value};

impl Operation {
    /// The request for this operation below `base`, with `arguments` that fit [`Operation::arguments`].
    ///
    /// # Errors
    /// The argument that cannot stand where it belongs.
    pub fn request(
        &self,
        base: &Url,
        mut arguments: Map<String, Value>,
    ) -> Result<Request, ArgumentProblem> {
        let mut url = base.clone();
        fill_path(&mut url, &self.path, &mut arguments)?;
        fill_query(&mut url, &self.in_query, &mut arguments)?;
        let mut request = Request::new(self.method.clone(), url);
        let body = match self.body {
            Body::None => None,
            Body::Fields => Some(Value::Object(arguments)),
            Body::Whole => arguments.remove("body"),
        };
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
            *request.body_mut() = Some(body.to_string().into());
        }
        Ok(request)
    }
}

/// Puts arguments into the places of `path`, below the path `url` has. An argument stays one segment: it cannot climb
/// to another operation.
fn fill_path(
    url: &mut Url,
    path: &str,
    arguments: &mut Map<String, Value>,
) -> Result<(), ArgumentProblem> {
    let mut segments = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let mut rest = segment;
        let mut text = String::new();
        while let Some((before, name, after)) = next_place(rest) {
            let value = arguments.remove(name).unwrap_or(Value::Null);
            let value = scalar(&value)
                .ok_or_else(|| unfit(name, "a part of the path is a text or a number"))?;
            text.push_str(before);
            text.push_str(&value);
            rest = after;
        }
        text.push_str(rest);
        if matches!(text.as_str(), "" | "." | "..") {
            return Err(unfit("", "a part of the path is empty, '.' or '..'"));
        }
        segments.push(text);
    }
    let Ok(mut places) = url.path_segments_mut() else {
        return Err(unfit("", "the service has no address with a path"));
    };
    places.pop_if_empty().extend(segments);
    Ok(())
}

/// What stands before the first braces, the name in them, and the rest.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn fill_query(
    url: &mut Url,
    names: &[String],
    arguments: &mut Map<String, Value>,
) -> Result<(), ArgumentProblem> {
    let mut pairs = Vec::new();
    for name in names {
        match arguments.remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(values)) => {
                for value in &values {
                    pairs.push((name, in_query(name, value)?));
                }
            }
            Some(value) => pairs.push((name, in_query(name, &value)?)),
        }
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(())
}

fn in_query(name: &str, value: &Value) -> Result<String, ArgumentProblem> {
    scalar(value).ok_or_else(|| {
        unfit(
            name,
            "a part of the query is a text, a number or a list of these",
        )
    })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn unfit(name: &str, text: &str) -> ArgumentProblem {
    ArgumentProblem {
        path: match name {
            "" => String::new(),
            name => format!("/{name}"),
        },
        text: text.to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn filled(value: &str) -> Result<Url, ArgumentProblem> {
        let mut url = Url::parse("https://shop.example/api/v2/").unwrap();
        let mut arguments = json!({ "order": value }).as_object().unwrap().clone();
        fill_path(&mut url, "/orders/{order}/return", &mut arguments)?;
        Ok(url)
    }

    #[test]
    fn an_order_number_with_a_hash_stays_in_its_place() {
        let url = filled("#W1/é?").unwrap();
        assert_eq!(
            url.as_str(),
            "https://shop.example/api/v2/orders/%23W1%2F%C3%A9%3F/return"
        );
    }

    #[test]
    fn nothing_climbs_out_of_its_segment() {
        for climbing in ["..", ".", ""] {
            assert!(filled(climbing).is_err(), "{climbing:?}");
        }
        let url = filled("../users/x").unwrap();
        assert_eq!(url.path(), "/api/v2/orders/..%2Fusers%2Fx/return");
    }

    proptest! {
        #[test]
        fn whatever_an_argument_says_the_call_goes_to_the_declared_operation(value in "\\PC{0,20}") {
            if let Ok(url) = filled(&value) {
                let segments: Vec<&str> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 5, "{}", url);
                prop_assert_eq!((segments[2], segments[4]), ("orders", "return"));
                prop_assert_eq!(url.host_str(), Some("shop.example"));
                prop_assert!(url.query().is_none() && url.fragment().is_none());
            }
        }
    }
}
