//! Secrets and signatures of Standard Webhooks, <https://www.standardwebhooks.com>.

use crate::key::Keys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use throughline_model::clock::{Clock, Millis};
use uuid::Uuid;

/// One secret of a subscription. The secret itself is derived from the installation's key and this id, so that
/// whoever reads the database cannot sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Secret {
    id: Uuid,
    /// Until when it signs, after it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Millis>,
}

impl Secret {
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            id: clock.new_id(),
            until: None,
        }
    }

    /// It was replaced, and signs beside its successor until `until`.
    pub(super) fn ending(self, until: Millis) -> Self {
        let until = Some(self.until.map_or(until, |earlier| earlier.min(until)));
        Self { until, ..self }
    }

    pub(super) fn until(&self) -> Option<Millis> {
        self.until
    }

    pub(super) fn counts(&self, now: Millis) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn key(&self, keys: &Keys) -> [u8; 32] {
        keys.mac("webhook secret", self.id.as_bytes())
    }

    /// As the receiver configures it.
    pub(super) fn shown(&self, keys: &Keys) -> String {
        format!("whsec_{}", BASE64.encode(self.key(keys)))
    }
}

/// The value of `webhook-signature`: one signature per secret that counts, the newest first.
pub(super) fn signatures(
    secrets: &[Secret],
    keys: &Keys,
    now: Millis,
    id: &str,
    timestamp: i64,
    body: &str,
) -> String {
    let signatures: Vec<String> = secrets
        .iter()
        .filter(|secret| secret.counts(now))
        .map(|secret| signature(&secret.key(keys), id, timestamp, body))
        .collect();
    signatures.join(" ")
}

/// `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`; `timestamp` in seconds since 1970.
pub fn signature(key: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    // HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn signs_as_the_specification_does() {
        let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(
            signature(
                &key,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_replaced_secret_signs_for_a_while_beside_the_new_one() {
        let (clock, keys) = (Clock::fixed(0), Keys::new(b"k"));
        let (new, old) = (Secret::new(&clock), Secret::new(&clock).ending(1000));
        assert_ne!(new.shown(&keys), old.shown(&keys));
        let at = |now| {
            signatures(&[new.clone(), old.clone()], &keys, now, "e", 1, "{}")
                .split(' ')
                .count()
        };
        assert_eq!((at(999), at(1000)), (2, 1));
        // Replacing once more never lets an old secret live longer.
        assert_eq!(old.clone().ending(5000).until(), Some(1000));
    }
}
