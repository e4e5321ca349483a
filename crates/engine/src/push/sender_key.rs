//! Who sends (RFC 8292): push services let in only those who hold the key a browser was given when it subscribed.

use crate::key::Keys;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use throughline_model::clock::Millis;

/// How long a push service may take one of our tokens for good, in milliseconds; a day is the most it would.
const TOKEN_MS: i64 = 12 * 3_600_000;

/// The installation's key for push services, made from its secret: there is no other to keep.
#[derive(Clone)]
pub struct SenderKey {
    key: SigningKey,
    public: String,
}

impl SenderKey {
    /// The key of the installation whose keys these are.
    pub fn of(keys: &Keys) -> Self {
        let mut turn = 0_u64;
        // Nearly every number is a key; the next one is as good.
        let key = loop {
            match SigningKey::from_slice(&keys.mac("push", &turn.to_be_bytes())) {
                Ok(key) => break key,
                Err(_) => turn += 1,
            }
        };
        let point = key.verifying_key().to_encoded_point(false);
        Self {
            public: BASE64.encode(point.as_bytes()),
            key,
        }
    }

    /// The public half, as `applicationServerKey` of a browser's `subscribe` takes it.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` for the push service at `origin`. `contact` is where its operators find whoever sends.
    pub(super) fn authorization(&self, origin: &str, contact: &str, now: Millis) -> String {
        let head = json!({ "typ": "JWT", "alg": "ES256" });
        let claims = json!({ "aud": origin, "exp": (now + TOKEN_MS) / 1000, "sub": contact });
        let part = |part: serde_json::Value| BASE64.encode(part.to_string());
        let told = format!("{}.{}", part(head), part(claims));
        let signature: Signature = self.key.sign(told.as_bytes());
        let signature = BASE64.encode(signature.to_bytes());
        format!("vapid t={told}.{signature},k={}", self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stays_the_same_with_the_secret_and_no_other_installation_has_it() {
        let public = |secret: &[u8]| SenderKey::of(&Keys::new(secret)).public().to_owned();
        assert_eq!(public(b"one installation"), public(b"one installation"));
        assert_ne!(public(b"one installation"), public(b"another"));
    }
}
