//! An instruction to change something, as it comes in.

use crate::once::Fingerprint;
use crate::refusal::Refusal;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// The header under which a caller names an instruction.
pub const KEY_HEADER: &str = "idempotency-key";
const MAX_BODY_BYTES: usize = 64 * 1024;
const MAX_KEY_CHARS: usize = 255;

/// What is wanted, and the key that makes it happen once.
pub struct Instruction<T> {
    /// The caller's key for it.
    pub key: Option<String>,
    /// What tells it from others.
    pub fingerprint: Fingerprint,
    /// What is wanted.
    pub wanted: T,
}

/// An instruction that says all in its address.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Instruction<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MAX_BODY_BYTES)
            .await
            .map_err(|_| Refusal::unreadable("the body broke off or is larger than 64 KiB"))?;
        let key = parts
            .headers
            .get(KEY_HEADER)
            .map(|value| value.to_str().unwrap_or_default().to_owned());
        if key
            .as_ref()
            .is_some_and(|key| key.is_empty() || key.len() > MAX_KEY_CHARS)
        {
            return Err(Refusal::unreadable(
                "an Idempotency-Key has 1 to 255 visible ASCII characters",
            ));
        }
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let wanted = serde_json::from_slice(text).map_err(|error| match error.is_data() {
            true => Refusal::invalid(error.to_string()),
            false => Refusal::unreadable(format!("the body is no JSON: {error}")),
        })?;
        Ok(Self {
            key,
            fingerprint: Fingerprint::of(&parts.method, parts.uri.path(), &body),
            wanted,
        })
    }
}
