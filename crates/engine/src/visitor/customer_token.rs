//! Tokens with which the shop vouches for a logged-in customer: JWTs (RFC 7519) with the customer's account as
//! subject.
//!
//! A key works for exactly one algorithm, whatever a token's header says, so a public key can never pass for a
//! shared secret; `none` is no algorithm here at all.

use crate::error::{Error, Result};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use throughline_model::clock::Millis;

/// The furthest ahead a token may end, in milliseconds: a token that leaks is soon worthless.
const LONGEST_MS: i64 = 3_600_000;
/// How far the shop's clock may be off, in milliseconds.
const LEEWAY_MS: i64 = 60_000;
/// The longest token that is looked at, in bytes.
const SIZE_LIMIT: usize = 8192;

/// A key the shop signs with.
pub enum TokenKey<'k> {
    /// A shared secret (HS256).
    Secret(&'k [u8]),
    /// An RSA public key as PEM (RS256).
    Rsa(&'k [u8]),
    /// A P-256 public key as PEM (ES256).
    Ec(&'k [u8]),
    /// An Ed25519 public key as PEM (EdDSA).
    Ed(&'k [u8]),
}

/// Checks the tokens of one endpoint.
#[derive(Clone)]
pub struct Verifier {
    keys: Vec<(Algorithm, DecodingKey)>,
    audience: String,
}

/// What a token says of the customer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CustomerToken {
    /// The account.
    pub sub: String,
    /// The mail address of the account.
    #[serde(default)]
    pub email: Option<String>,
    /// True when the shop has checked that address.
    #[serde(default)]
    pub email_verified: bool,
    /// The phone number of the account.
    #[serde(default, alias = "phone_number")]
    pub phone: Option<String>,
    /// True when the shop has checked that number.
    #[serde(default, alias = "phone_number_verified")]
    pub phone_verified: bool,
    /// The customer's name.
    #[serde(default)]
    pub name: Option<String>,
    /// When the token ends, in seconds since 1970.
    pub exp: f64,
    /// When the token begins, in seconds since 1970.
    #[serde(default)]
    nbf: Option<f64>,
}

impl CustomerToken {
    /// When the token ends, in milliseconds since 1970.
    pub fn expires_at(&self) -> Millis {
        (self.exp * 1000.0) as Millis
    }
}

impl Verifier {
    /// Accepts tokens made for `audience` with any of `keys`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that is not one of its kind.
    pub fn new(keys: &[TokenKey<'_>], audience: &str) -> Result<Self> {
        let keys = keys.iter().map(read_key).collect::<Result<_>>()?;
        Ok(Self {
            keys,
            audience: audience.to_owned(),
        })
    }

    /// What `token` says, if a key of the shop signed it and it counts now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with what is wrong with it.
    pub fn verify(&self, token: &str, now: Millis) -> Result<CustomerToken> {
        let refused = |why: &str| Error::Forbidden(format!("the customer token is refused: {why}"));
        if token.len() > SIZE_LIMIT {
            return Err(refused("it is too long"));
        }
        let header = decode_header(token)
            .map_err(|_| refused("it is not a JWT signed with HS256, RS256, ES256 or EdDSA"))?;
        if header.crit.is_some() {
            return Err(refused("its header has critical extensions"));
        }
        let mut fitting = self
            .keys
            .iter()
            .filter(|(algorithm, _)| *algorithm == header.alg);
        let claims = fitting
            .find_map(|(algorithm, key)| self.claims(token, *algorithm, key))
            .ok_or_else(|| {
                refused("no key of this endpoint signed it for this audience with sub and exp")
            })?;
        let ends = claims.expires_at();
        if ends <= now - LEEWAY_MS {
            return Err(refused("it has expired"));
        }
        if ends > now + LONGEST_MS + LEEWAY_MS {
            return Err(refused("it lives for more than an hour"));
        }
        if claims
            .nbf
            .is_some_and(|from| (from * 1000.0) as Millis > now + LEEWAY_MS)
        {
            return Err(refused("it does not count yet"));
        }
        Ok(claims)
    }

    fn claims(
        &self,
        token: &str,
        algorithm: Algorithm,
        key: &DecodingKey,
    ) -> Option<CustomerToken> {
        let mut wanted = Validation::new(algorithm);
        wanted.set_audience(&[&self.audience]);
        wanted.set_required_spec_claims(&["exp", "aud", "sub"]);
        // Time is ours to judge, by the clock that is passed in.
        wanted.validate_exp = false;
        decode::<CustomerToken>(token, key, &wanted)
            .ok()
            .map(|read| read.claims)
    }
}

fn read_key(key: &TokenKey<'_>) -> Result<(Algorithm, DecodingKey)> {
    let read = match key {
        TokenKey::Secret(bytes) => Ok((Algorithm::HS256, DecodingKey::from_secret(bytes))),
        TokenKey::Rsa(pem) => DecodingKey::from_rsa_pem(pem).map(|key| (Algorithm::RS256, key)),
        TokenKey::Ec(pem) => DecodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES256, key)),
        TokenKey::Ed(pem) => DecodingKey::from_ed_pem(pem).map(|key| (Algorithm::EdDSA, key)),
    };
    read.map_err(|error| Error::invalid("jwt_public_keys", error))
}
