//! Everything a webhook can be refused for.

/// Why a webhook is refused. The sentence says what to do; [`WebhookError::http_status`] what to
/// answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// More bytes than any message needs.
    #[error(
        "the request has {actual} bytes, more than the {limit} a text message can need; it was not read"
    )]
    TooLarge {
        /// Bytes that came.
        actual: usize,
        /// Bytes that are read at most.
        limit: usize,
    },
    /// More parameters than any message has.
    #[error("the form has more than {limit} parameters; send one message per request")]
    TooManyParameters {
        /// Parameters that are read at most.
        limit: usize,
    },
    /// Not a form.
    #[error(
        "the body is '{0}'; send application/x-www-form-urlencoded, as the provider's webhooks do"
    )]
    MediaType(String),
    /// A `%` without two hexadecimal digits.
    #[error(
        "the form has a broken percent escape at byte {at}; encode it as application/x-www-form-urlencoded"
    )]
    BadEscape {
        /// Where, in bytes from the start.
        at: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("parameter '{0}' is not UTF-8; encode the form in UTF-8")]
    NotUtf8(String),
    /// No signature at all.
    #[error("the X-Twilio-Signature header is missing; only the provider may call this URL")]
    NoSignature,
    /// A signature that can be no signature.
    #[error(
        "the X-Twilio-Signature header is not a base64 signature; only the provider may call this URL"
    )]
    MalformedSignature,
    /// A way of signing this version does not know.
    #[error("the signature algorithm '{0}' is not known; use HMAC_SHA1 or HMAC_SHA256")]
    UnknownAlgorithm(String),
    /// The signature does not fit.
    #[error(
        "the signature does not fit; check that the auth token is the account's own and that the public URL \
         configured here is exactly the one the provider calls"
    )]
    WrongSignature,
    /// A body that is neither a form nor covered by `bodySHA256`.
    #[error(
        "the body is not covered by the signature; send a form, or JSON with bodySHA256 in the URL"
    )]
    UnsignedBody,
    /// A signed message of somebody else's account.
    #[error(
        "the message belongs to another account than {expected}; point this webhook at that account's endpoint"
    )]
    WrongAccount {
        /// The account this endpoint belongs to.
        expected: String,
    },
    /// A parameter the contract promises is not there.
    #[error("parameter '{0}' is missing; is this a messaging webhook?")]
    Missing(&'static str),
    /// A parameter that must be one is several.
    #[error("parameter '{0}' comes with different values; send it once")]
    Repeated(&'static str),
    /// A value the contract does not allow.
    #[error(
        "parameter '{name}' has the value '{value}', which the contract does not allow; expected {expected}"
    )]
    BadValue {
        /// The parameter.
        name: &'static str,
        /// The start of its value.
        value: String,
        /// What would have been understood.
        expected: &'static str,
    },
}

impl WebhookError {
    /// The HTTP status that says it.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::TooLarge { .. } => 413,
            Self::MediaType(_) => 415,
            Self::NoSignature
            | Self::MalformedSignature
            | Self::WrongSignature
            | Self::UnsignedBody => 403,
            Self::UnknownAlgorithm(_) | Self::WrongAccount { .. } => 403,
            Self::BadEscape { .. } | Self::NotUtf8(_) | Self::TooManyParameters { .. } => 400,
            Self::Missing(_) | Self::Repeated(_) | Self::BadValue { .. } => 422,
        }
    }

    /// A value that is not allowed, cut and cleaned so that it can be shown.
    pub(crate) fn bad_value(name: &'static str, value: &str, expected: &'static str) -> Self {
        let value = value.chars().filter(|c| !c.is_control()).take(60).collect();
        Self::BadValue {
            name,
            value,
            expected,
        }
    }
}
