//! DKIM signatures for outgoing mail (RFC 6376, RFC 8463).

use mail_auth::common::crypto::{DkimKey, Ed25519Key, RsaKey};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use std::fmt;
use std::sync::Arc;

/// Headers that must not be changed on the way. Naming one more often than it occurs forbids adding
/// another.
const SIGNED: [&str; 13] = [
    "From",
    "From",
    "To",
    "To",
    "Subject",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
];

/// Why a key cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the DKIM key cannot be used: {0}; give an RSA or Ed25519 private key in PEM form")]
pub struct BadDkimKey(String);

/// Signs mail for one domain.
#[derive(Clone)]
pub struct DkimSignature {
    signer: Arc<DkimSigner<DkimKey, Done>>,
    domain: String,
    selector: String,
}

impl fmt::Debug for DkimSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DkimSignature")
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

impl DkimSignature {
    /// Signs with the private key `pem`, whose public half is published at
    /// `selector._domainkey.domain`.
    ///
    /// # Errors
    /// [`BadDkimKey`] when `pem` holds no usable key.
    pub fn new(domain: &str, selector: &str, pem: &str) -> Result<Self, BadDkimKey> {
        let key = key(pem)?;
        let signer = DkimSigner::from_key(key)
            .domain(domain)
            .selector(selector)
            .headers(SIGNED);
        Ok(Self {
            signer: Arc::new(signer),
            domain: domain.to_owned(),
            selector: selector.to_owned(),
        })
    }

    /// The header to put before `mail`.
    pub(super) fn sign(&self, mail: &[u8]) -> Result<String, String> {
        self.signer
            .sign(mail)
            .map(|signature| signature.to_header())
            .map_err(|error| error.to_string())
    }
}

fn key(pem: &str) -> Result<DkimKey, BadDkimKey> {
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|error| BadDkimKey(error.to_string()))?;
    if let PrivateKeyDer::Pkcs8(pkcs8) = &der
        && let Ok(key) = Ed25519Key::from_pkcs8_maybe_unchecked_der(pkcs8.secret_pkcs8_der())
    {
        return Ok(DkimKey::Ed25519(key));
    }
    RsaKey::from_key_der(der)
        .map(DkimKey::Rsa)
        .map_err(|error| BadDkimKey(error.to_string()))
}
