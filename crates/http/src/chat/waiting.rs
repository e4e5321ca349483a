//! What a visitor who waits for a person is told of the line.

use super::look;
use crate::app::App;
use serde::Serialize;
use throughline_config::WaitingTold;
use throughline_engine::routing::Wait;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, EndpointId};

/// Up to so many in front are told exactly; more in tens.
const EXACT: u32 = 20;
const MINUTE_MS: Millis = 60_000;
const HOUR_MS: Millis = 60 * MINUTE_MS;

/// How it stands with the line. Rounded up: it should change only when something has, and nobody minds being served
/// earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// How many are before them; nothing where the chat keeps that to itself.
    ahead: Option<u32>,
    /// How long it will probably take, in milliseconds: minutes, and half hours beyond the first hour. Nothing while
    /// nobody is there who could take it.
    about_ms: Option<Millis>,
}

impl Waiting {
    /// As much of it as the chat tells.
    fn told(wait: Wait, tells: WaitingTold) -> Option<Self> {
        let ahead = match wait.ahead {
            exact @ 0..=EXACT => exact,
            many => many.div_ceil(10).saturating_mul(10),
        };
        let ahead = match tells {
            WaitingTold::PlaceAndTime => Some(ahead),
            WaitingTold::Time => None,
            WaitingTold::None => return None,
        };
        let about_ms = wait.wait_ms.map(rounded);
        Some(Self { ahead, about_ms })
    }
}

fn rounded(wait_ms: Millis) -> Millis {
    let unit_ms = match wait_ms {
        ..=HOUR_MS => MINUTE_MS,
        _ => HOUR_MS / 2,
    };
    wait_ms.max(1).saturating_add(unit_ms - 1) / unit_ms * unit_ms
}

/// How it stands in a conversation that waits for a person, as far as the `chat` tells; `told` as long as the router
/// cannot say.
pub async fn look(
    app: &App,
    chat: EndpointId,
    conversation: ConversationId,
    told: Option<Waiting>,
) -> Option<Waiting> {
    let tells = look::look(app, app.endpoint_by_id(chat)?)
        .await
        .widget
        .waiting;
    if tells == WaitingTold::None {
        return None;
    }
    match app.routing().ok()?.wait_of(conversation).await {
        Ok(wait) => wait.and_then(|wait| Waiting::told(wait, tells)),
        Err(error) => {
            tracing::warn!(%error, "a visitor is not told how the line moves");
            told
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ahead: u32, wait_ms: Option<Millis>) -> (u32, Option<Millis>) {
        let waiting = Waiting::told(Wait { ahead, wait_ms }, WaitingTold::PlaceAndTime);
        let waiting = waiting.expect("everything is told");
        let minutes = waiting.about_ms.map(|ms| ms / MINUTE_MS);
        (waiting.ahead.expect("the place as well"), minutes)
    }

    #[test]
    fn what_is_told_changes_only_when_it_matters() {
        assert_eq!(told(0, Some(0)), (0, Some(1)));
        assert_eq!(told(20, Some(4 * MINUTE_MS)), (20, Some(4)));
        assert_eq!(told(21, Some(4 * MINUTE_MS + 1)), (30, Some(5)));
        assert_eq!(told(30, Some(HOUR_MS)), (30, Some(60)));
        assert_eq!(told(1_000, Some(HOUR_MS + 1)), (1_000, Some(90)));
        assert_eq!(told(3, None), (3, None));
    }

    #[test]
    fn a_line_without_end_is_no_reason_to_fall_over() {
        let (ahead, minutes) = told(u32::MAX, Some(Millis::MAX));
        assert!(ahead >= 1_000 && minutes > Some(60));
    }
}
