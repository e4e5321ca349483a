//! What the provider's error codes mean to the people who read them at the desk.
//!
//! Source: Twilio's error and warning dictionary. Its codes change and grow, so what to *do* with a
//! refused request is decided by the HTTP status (see [`super::response`]); the codes only explain.

/// Too many requests.
pub(super) const TOO_MANY_REQUESTS: u32 = 20429;

/// What a code means and what to do about it.
pub(super) fn for_code(code: u32) -> Option<&'static str> {
    Some(match code {
        20003 => "the provider refused the credentials; check account_sid and auth_tokens",
        20404 => "the provider does not know this account; check account_sid and api_base",
        21211 | 21265 => {
            "the recipient's number is not a valid phone number; correct it with the customer"
        }
        21212 | 21606 | 21659 | 21660 => {
            "the number this endpoint sends from is not the account's own or cannot send SMS; correct it in the endpoint's settings"
        }
        21266 => "sender and recipient are the same number; correct the recipient",
        21408 => {
            "sending to this country is not allowed; enable it in the provider's geographic permissions"
        }
        21602 => "the message is empty; write a text or attach a file",
        21603 | 21604 => {
            "the sender or the recipient is missing; check the endpoint's settings and the customer's number"
        }
        21608 => {
            "a trial account may only write to verified numbers; verify this one or upgrade the account"
        }
        21609 => "the status callback's URL is not valid; set this installation's public URL",
        21610 => {
            "the customer has opted out of messages from this number; they must text START before you can write again"
        }
        21611 => "too many messages are waiting at the provider for this number; send again later",
        21612 => {
            "the provider has no route from this number to the recipient; use another sending number or another channel"
        }
        21614 => {
            "the recipient's number cannot receive SMS; use another channel or ask for a mobile number"
        }
        21617 => "the text is longer than 1600 characters; shorten it or send it in parts",
        21619 | 21620 => "a file's link is not valid; send it again or put a link into the text",
        21623 => "more than ten files; send them in several messages",
        21635 => {
            "the recipient's number is a landline; use another channel or ask for a mobile number"
        }
        21701..=21703 => {
            "the messaging service has no number to send from; add one in the provider's console"
        }
        21910 => {
            "sender and recipient are on different networks; answer through an endpoint of the recipient's network"
        }
        30001 => "too many messages were waiting at the provider; send it again later",
        30002 => "the provider has suspended the account; contact its support",
        30003 => {
            "the handset is switched off or out of reach; try again later or use another channel"
        }
        30004 => "the recipient's carrier or handset blocks these messages; use another channel",
        30005 => "the recipient's number is unknown to its carrier; correct it with the customer",
        30006 => {
            "the recipient's number is a landline or its carrier cannot be reached; use another channel"
        }
        30007 => {
            "the carrier filtered the message as unwanted; reword it without links and check your sender registration"
        }
        30008 => {
            "the carrier refused the message without saying why; try again later or use another channel"
        }
        30019 => "the file is larger than the carrier takes; send a link instead",
        30022 => "the carrier's rate limit for this sender is reached; send more slowly",
        30032 => "the toll-free number is not verified; verify it with the provider",
        30034 => {
            "the sending number is not registered for business messages in the US (A2P 10DLC); register it"
        }
        30036 => "the message waited longer than it was valid for; send it again",
        30450 | 30454 => {
            "the daily limit towards this recipient is reached; write again tomorrow or use another channel"
        }
        _ => return None,
    })
}
