//! The limits and thresholds of automatic linking.

use std::collections::BTreeSet;
use throughline_model::identifier::IdentifierKind;

/// What the automatic linking of identifiers obeys. Members' own decisions are above all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The most identifiers of a kind (phones, emails, social handles each) one person may have
    /// automatically. Accounts are limited to one; visitors are not limited, since every visit of a
    /// browser between log-in and log-out is one.
    pub per_kind: usize,
    /// From how many different people on an identifier stops linking them (it still suggests).
    pub shared_at: usize,
    /// From how many different people on an identifier does not even suggest: a switchboard, a kiosk.
    pub crowd_at: usize,
    /// True when only a visit that logged in brings a further identifier to an account's customer.
    /// Proving it together with the account's address alone then suggests: the relative who reads
    /// the same mailbox could do that, too.
    pub accounts_need_log_in: bool,
    /// How many identifiers of a kind may come to an account by visits that logged in, counting those
    /// the account itself vouches for. The next is suggested: a second phone is as often that of the
    /// relative who shares the log-in.
    pub per_kind_by_log_in: usize,
    /// What was proven in one browser with no longer pause than this in between was one person.
    pub sitting_ms: i64,
    /// How many people may have used one device, or share one identifier, for every two of them to
    /// be suggested as one.
    pub small_group: usize,
    /// Values that stand for nobody, whatever their kind.
    pub blocked: BTreeSet<String>,
    /// A phone number without evidence for so long may have been given to someone else.
    pub phone_idle_ms: i64,
}

impl Default for Rules {
    fn default() -> Self {
        const DAY_MS: i64 = 86_400_000;
        let test_numbers = [
            "+12345678901",
            "+12345678900",
            "+441234567890",
            "+491234567890",
        ];
        Self {
            per_kind: 5,
            shared_at: 2,
            crowd_at: 8,
            accounts_need_log_in: true,
            per_kind_by_log_in: 1,
            sitting_ms: DAY_MS / 2,
            small_group: 3,
            blocked: test_numbers.into_iter().map(str::to_owned).collect(),
            phone_idle_ms: 180 * DAY_MS,
        }
    }
}

impl Rules {
    pub(crate) fn limit(&self, kind: IdentifierKind) -> usize {
        match kind {
            IdentifierKind::Account => 1,
            IdentifierKind::Visitor => usize::MAX,
            // A device is context; it never gets into anybody's component.
            IdentifierKind::Device => 0,
            IdentifierKind::Phone | IdentifierKind::Email | IdentifierKind::Social => self.per_kind,
        }
    }
}

/// The kinds a person is known by for longer than a visit.
pub(crate) fn is_lasting(kind: IdentifierKind) -> bool {
    !matches!(kind, IdentifierKind::Visitor | IdentifierKind::Device)
}
