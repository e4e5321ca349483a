//! `X-Twilio-Signature`: who may call a webhook.
//!
//! The signature is the base64 HMAC-SHA1, keyed with the account's auth token, of the full URL
//! followed by every parameter's name and value, sorted; a repeated parameter counts once per
//! distinct value. For other bodies the URL carries `bodySHA256` and is signed alone. An
//! `X-Twilio-Webhooks-Signature-Settings` header may name HMAC_SHA256 instead.
//!
//! Names and values are joined without a mark between them, so the contract itself cannot tell
//! `a=bc` from `ab=c`. Nobody can make use of that without a signed request in hand; what is read
//! from a verified form is still checked for its shape.
//!
//! Source: Twilio, "Webhooks security"; twilio-python `request_validator.py`.

use super::config::Secret;
use super::error::WebhookError;
use super::form::Form;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use subtle::ConstantTimeEq;

/// What came with a webhook, as far as its signature goes.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The URL exactly as the provider called it: the public scheme and host, path and query. Behind
    /// a proxy this is not the URL the server sees; build it from the configured public URL.
    pub url: &'a str,
    /// The `X-Twilio-Signature` header.
    pub signature: Option<&'a str>,
    /// The `X-Twilio-Webhooks-Signature-Settings` header.
    pub settings: Option<&'a str>,
    /// What was posted.
    pub payload: Payload<'a>,
}

/// What was posted.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// A form; an empty one for a GET.
    Form(&'a Form),
    /// Any other body, covered by `bodySHA256` in the URL.
    Bytes(&'a [u8]),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
}

/// Checks that one of `tokens` signed the request. Takes as long for a wrong token as for a right one.
///
/// # Errors
/// [`WebhookError`] of the signature kinds; nothing of the request may be used then.
pub fn verify(tokens: &[Secret], request: &Signed<'_>) -> Result<(), WebhookError> {
    let algorithm = algorithm(request.settings)?;
    let header = request
        .signature
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let given = STANDARD
        .decode(header.ok_or(WebhookError::NoSignature)?)
        .map_err(|_| WebhookError::MalformedSignature)?;
    let covered = match request.payload {
        Payload::Form(form) => joined(form),
        Payload::Bytes(body) => {
            check_body_hash(request.url, body)?;
            String::new()
        }
    };
    let mut fits = false;
    for token in tokens.iter().filter(|token| !token.expose().is_empty()) {
        for url in spellings(request.url) {
            let expected = sign(algorithm, token, &url, &covered);
            fits |= bool::from(expected.as_slice().ct_eq(given.as_slice()));
        }
    }
    if fits {
        Ok(())
    } else {
        Err(WebhookError::WrongSignature)
    }
}

/// The signature of a form posted to `url`, as the provider computes it with `token`.
pub fn compute(token: &Secret, url: &str, form: &Form) -> String {
    STANDARD.encode(sign(Algorithm::Sha1, token, url, &joined(form)))
}

fn algorithm(settings: Option<&str>) -> Result<Algorithm, WebhookError> {
    let named = settings
        .unwrap_or_default()
        .split(',')
        .filter_map(|part| part.split_once('='))
        .find(|(name, value)| name.trim() == "algorithm" && !value.trim().is_empty())
        .map(|(_, value)| value.trim().to_ascii_uppercase());
    match named.as_deref() {
        None | Some("HMAC_SHA1") => Ok(Algorithm::Sha1),
        Some("HMAC_SHA256") => Ok(Algorithm::Sha256),
        Some(other) => Err(WebhookError::UnknownAlgorithm(
            other.chars().take(40).collect(),
        )),
    }
}

/// Names and values, sorted, each distinct pair once.
fn joined(form: &Form) -> String {
    let pairs: BTreeSet<(&str, &str)> = form
        .pairs()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs
        .into_iter()
        .flat_map(|(name, value)| [name, value])
        .collect()
}

fn sign(algorithm: Algorithm, token: &Secret, url: &str, covered: &str) -> Vec<u8> {
    let key = token.expose().as_bytes();
    let parts = [url.as_bytes(), covered.as_bytes()];
    match algorithm {
        Algorithm::Sha1 => mac::<Hmac<Sha1>>(key, parts),
        Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, parts),
    }
}

fn mac<M: Mac + hmac::digest::KeyInit>(key: &[u8], parts: [&[u8]; 2]) -> Vec<u8> {
    // HMAC takes a key of any length, so the error arm is never taken; no bytes fit no signature.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else {
        return Vec::new();
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// The URL without and with its port: the provider signs either.
fn spellings(url: &str) -> [String; 2] {
    let Some((scheme, rest)) = url.split_once("://") else {
        return [url.to_owned(), url.to_owned()];
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match authority[host_end..].rfind(':') {
        Some(colon) => authority.split_at(host_end + colon),
        None => (authority, ""),
    };
    let standard = if scheme.eq_ignore_ascii_case("https") {
        ":443"
    } else {
        ":80"
    };
    let port = if port.len() > 1 { port } else { standard };
    [
        format!("{scheme}://{host}{tail}"),
        format!("{scheme}://{host}{port}{tail}"),
    ]
}

fn check_body_hash(url: &str, body: &[u8]) -> Result<(), WebhookError> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let hash = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("bodySHA256="))
        .and_then(|hash| hex::decode(hash).ok())
        .ok_or(WebhookError::UnsignedBody)?;
    let digest: [u8; 32] = Sha256::digest(body).into();
    if bool::from(digest.as_slice().ct_eq(hash.as_slice())) {
        Ok(())
    } else {
        Err(WebhookError::WrongSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn a_url_is_tried_without_and_with_its_port() {
        let spelled = |url| spellings(url).map(|url| url.to_string());
        assert_eq!(
            spelled("https://a.example/x?y=1:2"),
            ["https://a.example/x?y=1:2", "https://a.example:443/x?y=1:2"]
        );
        assert_eq!(
            spelled("http://a.example:8080"),
            ["http://a.example", "http://a.example:8080"]
        );
        assert_eq!(
            spelled("http://[::1]/"),
            ["http://[::1]/", "http://[::1]:80/"]
        );
        assert_eq!(spelled("nonsense"), ["nonsense", "nonsense"]);
    }
}
