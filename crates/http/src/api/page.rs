//! Lists in pages. A cursor says after which row the next page begins, so rows that are added or removed meanwhile
//! neither repeat nor hide others. What is in a cursor is nobody's business: clients send it back as it came.

use crate::problem::Problem;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Rows on a page when nothing is said.
pub const USUAL: usize = 25;
/// The most rows on a page.
pub const MOST: usize = 100;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Where the page begins: `next` of the page before. Leave it out for the first page.
    pub cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last one. The `Link` header has its whole address.
    pub next: Option<String>,
}

/// A page being asked for.
pub struct Wanted<K> {
    /// The key of the last row of the page before.
    pub after: Option<K>,
    /// Rows to fetch: one more than are shown, to see whether there is another page.
    pub fetch: usize,
    limit: usize,
    uri: Uri,
}

impl<K: Serialize + DeserializeOwned> Wanted<K> {
    /// The page that `cursor` and `limit` ask for.
    ///
    /// # Errors
    /// A problem that says what is wrong with them.
    pub fn new(uri: Uri, cursor: Option<&str>, limit: Option<usize>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::invalid("limit", format!("use 1 to {MOST}")));
        }
        let after = cursor.map(decode).transpose()?;
        Ok(Self {
            after,
            fetch: limit + 1,
            limit,
            uri,
        })
    }

    /// The answer, from the fetched rows and the key of a row.
    pub fn answer<T: Serialize>(self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Listed<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = match rows.last() {
            Some(last) if more => encode(&key(last)),
            _ => None,
        };
        let link = next.as_deref().and_then(|next| link(&self.uri, next));
        Listed {
            page: Page { items: rows, next },
            link,
        }
    }
}

/// A page on its way out.
pub struct Listed<T> {
    page: Page<T>,
    link: Option<HeaderValue>,
}

impl<T: Serialize> Listed<T> {
    /// A list short enough for one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self {
            page: Page { items, next: None },
            link: None,
        }
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.page).into_response();
        if let Some(link) = self.link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

fn encode<K: Serialize>(key: &K) -> Option<String> {
    serde_json::to_vec(key).ok().map(|json| BASE64.encode(json))
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
    BASE64
        .decode(cursor)
        .ok()
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| {
            Problem::invalid(
                "cursor",
                "this is no cursor of this list; send back 'next' as it came",
            )
        })
}

/// The address of the next page: this one, with another cursor.
fn link(uri: &Uri, next: &str) -> Option<HeaderValue> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let given = uri.query().unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(given.as_bytes()) {
        if !matches!(&*name, "cursor" | "after") {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", next);
    let text = format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish());
    HeaderValue::from_str(&text).ok()
}
