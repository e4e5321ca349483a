//! What an answer of the provider means for a delivery.
//!
//! The HTTP status decides, as the provider advises, since its codes keep changing; the codes explain
//! ([`advice`]). The provider has no idempotency key, so the question is always: is it *certain* that
//! it has not taken the message?
//!
//! | answer | outcome | because |
//! | --- | --- | --- |
//! | 2xx with an id | sent | it has it |
//! | 2xx without | unknown | it may have it |
//! | 429, code 20429 | retry | refused before it was looked at |
//! | 401 | retry | refused, and the operator can mend it: no message is lost to a mistyped token |
//! | 408, 5xx | unknown | it, or a proxy on the way, may have failed after taking it; its own support page calls a retry only "generally safe" |
//! | other 4xx, 3xx | permanent | refused for what it says |
//! | no connection | retry | nothing was written |
//! | anything else cut short | unknown | the request may have been read |

use super::advice;
use serde::Deserialize;
use throughline_model::clock::Millis;
use throughline_model::outbound::SendOutcome;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// How long to leave a delivery alone while the credentials are wrong, in milliseconds.
const MEND_CREDENTIALS_MS: i64 = 5 * 60_000;
/// The longest wait a provider can impose, in milliseconds.
const LONGEST_WAIT_MS: i64 = 24 * 3_600_000;

/// An answer, as far as it was read.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// The `Retry-After` header.
    pub(super) retry_after: Option<String>,
    /// The body; none when it broke off or was too long.
    pub(super) body: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
    #[serde(default)]
    num_segments: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    code: Option<u32>,
    #[serde(default)]
    message: Option<String>,
}

/// What the answer to a sending means. `estimated_parts` stands in where the provider does not count.
pub(super) fn outcome(answer: &Answer, estimated_parts: Option<u32>, now: Millis) -> SendOutcome {
    let refusal = || {
        answer
            .body
            .as_deref()
            .and_then(|body| serde_json::from_slice::<Refusal>(body).ok())
            .unwrap_or_default()
    };
    match answer.status {
        200..=299 => taken(answer, estimated_parts),
        429 => busy(answer, now),
        401 => SendOutcome::Retry {
            reason: "the provider refused the credentials; check account_sid and auth_tokens"
                .to_owned(),
            after_ms: Some(MEND_CREDENTIALS_MS),
        },
        408 | 500..=599 => SendOutcome::Unknown {
            reason: format!(
                "the provider answered {} and may or may not have taken the message",
                answer.status
            ),
        },
        _ if refusal().code == Some(advice::TOO_MANY_REQUESTS) => busy(answer, now),
        status => refused(status, &refusal()),
    }
}

fn taken(answer: &Answer, estimated_parts: Option<u32>) -> SendOutcome {
    let taken = answer
        .body
        .as_deref()
        .and_then(|body| serde_json::from_slice::<Taken>(body).ok());
    match taken.filter(|taken| !taken.sid.is_empty()) {
        // With a messaging service the provider says 0 at first.
        Some(taken) => SendOutcome::Sent {
            parts: taken
                .num_segments
                .as_ref()
                .and_then(number)
                .filter(|parts| *parts > 0)
                .or(estimated_parts),
            provider_id: taken.sid,
        },
        None => SendOutcome::Unknown {
            reason: format!(
                "the provider answered {} without naming the message",
                answer.status
            ),
        },
    }
}

/// A number the provider writes as text, or might write as a number.
fn number(value: &serde_json::Value) -> Option<u32> {
    match value {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_u64().and_then(|number| number.try_into().ok()),
    }
}

fn busy(answer: &Answer, now: Millis) -> SendOutcome {
    SendOutcome::Retry {
        reason:
            "the provider takes no more messages at the moment (429); it is tried again by itself"
                .to_owned(),
        after_ms: answer
            .retry_after
            .as_deref()
            .and_then(|text| wait_ms(text, now)),
    }
}

/// `Retry-After`, in seconds or as a date, as milliseconds from now.
fn wait_ms(text: &str, now: Millis) -> Option<i64> {
    let text = text.trim();
    let wait = match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() => (seconds * 1000.0) as i64,
        Ok(_) => return None,
        Err(_) => {
            let date = OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822).ok()?;
            date.unix_timestamp()
                .saturating_mul(1000)
                .saturating_sub(now)
        }
    };
    Some(wait.clamp(0, LONGEST_WAIT_MS))
}

fn refused(status: u16, refusal: &Refusal) -> SendOutcome {
    let words: Option<String> = refusal.message.as_deref().map(|words| {
        words
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect()
    });
    let known = refusal.code.and_then(advice::for_code);
    let reason = match (known, words) {
        (Some(advice), _) => advice.to_owned(),
        (None, Some(words)) => format!("the provider refused the message: {words}"),
        (None, None) => format!("the provider answered {status}; check api_base and the account"),
    };
    let code = refusal
        .code
        .map_or_else(|| format!("http_{status}"), |code| code.to_string());
    SendOutcome::Permanent { code, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_seconds_and_as_a_date() {
        let now = 1_445_412_480_000; // 2015-10-21 07:28:00 UTC
        assert_eq!(wait_ms("3", now), Some(3_000));
        assert_eq!(wait_ms(" 0.5 ", now), Some(500));
        assert_eq!(wait_ms("Wed, 21 Oct 2015 07:28:30 GMT", now), Some(30_000));
        assert_eq!(wait_ms("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(0));
        assert_eq!(wait_ms("99999999999999999999", now), Some(LONGEST_WAIT_MS));
        assert_eq!(wait_ms("soon", now), None);
        assert_eq!(wait_ms("NaN", now), None);
    }
}
