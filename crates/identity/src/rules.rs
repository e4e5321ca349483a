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
