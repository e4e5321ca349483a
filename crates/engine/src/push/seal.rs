//! A message only one browser can read (RFC 8291): a fresh key for each, agreed on with the browser's.

use super::subscription::Subscription;
use crate::error::{Error, Result};
use hkdf::Hkdf;
use p256::ecdh::{SharedSecret, diffie_hellman};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// What stands in the head as the size of a record; ours is the only one, and smaller.
const RECORD_BYTES: u32 = 4096;
/// Messages are filled up to a multiple of this, so that their length says nothing.
const STEP_BYTES: usize = 1024;
/// The most a message may have, in bytes: push services take no more than 4096, with its head and its tag.
const MOST_BYTES: usize = 3 * STEP_BYTES - 1;
/// Ends the message; zeros fill up what follows.
const END: u8 = 2;

/// `message` as the body of a request to the push service of this browser.
///
/// # Errors
/// [`Error::Invalid`] when it is too long or the browser's key is none, and when the system gives no random numbers.
pub(super) fn seal(message: &[u8], to: &Subscription) -> Result<Vec<u8>> {
    if message.len() > MOST_BYTES {
        return Err(Error::invalid(
            "message",
            "a push service takes no more than 3 kB",
        ));
    }
    let theirs = PublicKey::from_sec1_bytes(&to.p256dh)
        .map_err(|_| Error::invalid("keys.p256dh", "this is no public key of a browser"))?;
    let salt = random::<16>()?;
    let ours = loop {
        if let Ok(key) = SecretKey::from_slice(&random::<32>()?) {
            break key;
        }
    };
    let mut record = [message, &[END]].concat();
    record.resize(record.len().next_multiple_of(STEP_BYTES), 0);
    seal_with(record, &theirs, &to.auth, &ours, salt)
        .ok_or_else(|| Error::invalid("message", "it cannot be encrypted"))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Error::Conflict(format!("the system gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// None only for lengths that the algorithms do not know; ours they do.
fn seal_with(
    mut record: Vec<u8>,
    theirs: &PublicKey,
    auth: &[u8],
    ours: &SecretKey,
    salt: [u8; 16],
) -> Option<Vec<u8>> {
    let shared: SharedSecret = diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
    let theirs = theirs.to_encoded_point(false);
    let public = ours.public_key().to_encoded_point(false);
    let info = [
        b"WebPush: info\0".as_slice(),
        theirs.as_bytes(),
        public.as_bytes(),
    ]
    .concat();
    let mut agreed = [0_u8; 32];
    Hkdf::<Sha256>::new(Some(auth), shared.raw_secret_bytes())
        .expand(&info, &mut agreed)
        .ok()?;
    let keys = Hkdf::<Sha256>::new(Some(salt.as_slice()), &agreed);
    let (mut key, mut nonce) = ([0_u8; 16], [0_u8; 12]);
    keys.expand(b"Content-Encoding: aes128gcm\0", &mut key)
        .ok()?;
    keys.expand(b"Content-Encoding: nonce\0", &mut nonce).ok()?;
    // The key is used for this one message, so its nonce is used once.
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut record,
        )
        .ok()?;
    let mut body = salt.to_vec();
    body.extend(RECORD_BYTES.to_be_bytes());
    body.push(u8::try_from(public.len()).ok()?);
    body.extend(public.as_bytes());
    body.extend(record);
    Some(body)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_comes_out_as_it_stands_there() {
        let theirs = bytes(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        );
        let theirs = PublicKey::from_sec1_bytes(&theirs).unwrap();
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let ours = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let message = b"When I grow up, I want to be a watermelon\x02".to_vec();
        let body = seal_with(message, &theirs, &auth, &ours.unwrap(), salt).unwrap();
        assert_eq!(
            BASE64.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl\
             7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn messages_of_any_usual_length_look_alike_and_none_is_too_long_for_a_push_service() {
        let key = SecretKey::from_slice(&[7; 32]).unwrap();
        let browser = Subscription {
            id: uuid::Uuid::nil(),
            identifier: throughline_model::id::IdentifierId(uuid::Uuid::nil()),
            url: String::new(),
            p256dh: key.public_key().to_encoded_point(false).as_bytes().to_vec(),
            auth: vec![1; 16],
            language: String::new(),
        };
        let length = |bytes: usize| seal(&vec![b'x'; bytes], &browser).map(|body| body.len());
        assert_eq!(length(1).unwrap(), length(900).unwrap());
        assert!(length(MOST_BYTES).unwrap() <= 4096);
        assert!(length(MOST_BYTES + 1).is_err());
    }
}
