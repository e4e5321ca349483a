//! Keys for everything the installation signs, each derived from its one secret and bound to its purpose.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// The installation's secret, from which every other key is derived.
#[derive(Clone)]
pub struct Keys(Arc<[u8; 32]>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(secret)")
    }
}

impl Keys {
    /// Takes the installation's secret, of any length.
    pub fn new(secret: &[u8]) -> Self {
        Self(Arc::new(Sha256::digest(secret).into()))
    }

    /// The key for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        self.mac(purpose, &[])
    }

    /// The authentication code of `message` for one purpose.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else {
            return [0; 32];
        };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// A token that says `parts` and cannot be made without the secret.
    pub fn seal(&self, purpose: &str, parts: &[Uuid]) -> String {
        let bytes: Vec<u8> = parts.iter().flat_map(|part| *part.as_bytes()).collect();
        let tag = self.mac(purpose, &bytes);
        format!("{}.{}", BASE64.encode(&bytes), BASE64.encode(&tag[..18]))
    }

    /// What a token of [`Keys::seal`] says; none when it was not made with this secret for this purpose.
    pub fn open<const N: usize>(&self, purpose: &str, token: &str) -> Option<[Uuid; N]> {
        let (bytes, tag) = token.split_once('.')?;
        let bytes = BASE64.decode(bytes).ok()?;
        let tag = BASE64.decode(tag).ok()?;
        let expected = self.mac(purpose, &bytes);
        if !bool::from(subtle::ConstantTimeEq::ct_eq(&tag[..], &expected[..18]))
            || bytes.len() != 16 * N
        {
            return None;
        }
        let mut parts = [Uuid::nil(); N];
        for (part, chunk) in parts.iter_mut().zip(bytes.chunks_exact(16)) {
            *part = Uuid::from_slice(chunk).ok()?;
        }
        Some(parts)
    }
}

/// The hash under which a bearer secret is stored: whoever reads the database cannot use it.
pub fn fingerprint(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_for_its_purpose_and_only_unchanged() {
        let keys = Keys::new(b"one installation");
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let token = keys.seal("visitor", &[a, b]);
        assert_eq!(keys.open("visitor", &token), Some([a, b]));
        assert_eq!(keys.open::<2>("resume", &token), None);
        assert_eq!(keys.open::<1>("visitor", &token), None);
        assert_eq!(Keys::new(b"another").open::<2>("visitor", &token), None);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap_or_default();
            let opened = keys.open::<2>("visitor", &changed);
            // Base64 has unused bits at its end: another spelling of the same bytes is no forgery.
            assert!(opened.is_none() || opened == Some([a, b]), "{changed}");
        }
    }
}
