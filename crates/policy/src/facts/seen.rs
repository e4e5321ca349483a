//! The entities a request is about, as far as this customer may see them.

use super::{Session, session_entity, stated_moment};
use crate::records::{Order, Records, TransactionType, User};
use crate::vocabulary::{Vocabulary, uid};
use cedar_policy::{Entity, EntityUid, RestrictedExpression};
use std::collections::{HashMap, HashSet};

/// The owner of what the customer cannot see. No account has this id.
const NOBODY: &str = "";

/// How the shop marks an order whose items were changed.
const ITEMS_MODIFIED: &str = "pending (item modified)";

/// Collects entities while a request is built.
pub struct Seen<'a> {
    words: &'a Vocabulary,
    session: &'a Session,
    records: &'a Records,
    /// The proven customer's account.
    profile: Option<&'a User>,
    /// The order the request is about, if it is the proven customer's.
    own_order: Option<&'a Order>,
    entities: Vec<Entity>,
}

impl<'a> Seen<'a> {
    /// Nothing but the session yet.
    pub fn new(words: &'a Vocabulary, session: &'a Session, records: &'a Records) -> Self {
        Self {
            words,
            session,
            records,
            profile: session.proven().and_then(|subject| records.user(subject)),
            own_order: None,
            entities: Vec::with_capacity(6),
        }
    }

    /// The order, if it is the proven customer's.
    pub fn own_order(&self) -> Option<&'a Order> {
        self.own_order
    }

    /// Everything that was named.
    pub fn into_entities(self) -> Vec<Entity> {
        self.entities
    }

    /// What everybody may see.
    pub fn catalog(&mut self) -> EntityUid {
        let catalog = uid(&self.words.catalog, "all");
        self.entities.push(Entity::with_uid(catalog.clone()));
        catalog
    }

    /// The account of the arguments; without one, the proven customer's own.
    pub fn customer_asked_for(&mut self, id: Option<&str>) -> EntityUid {
        let id = id.or(self.session.proven()).unwrap_or(NOBODY);
        self.customer(id)
    }

    /// Who asks.
    pub fn session(&mut self) -> EntityUid {
        let own = session_entity(self.words);
        let level = RestrictedExpression::new_long(self.session.assurance.level().into());
        let mut attributes = HashMap::from([("assurance".to_owned(), level)]);
        if let Some(subject) = self.session.proven() {
            let subject = self.customer(subject);
            attributes.insert("subject".to_owned(), reference(subject));
        }
        self.add(own, attributes)
    }

    /// An order: with its details if it is the proven customer's, otherwise nobody's.
    pub fn order(&mut self, id: &str) -> Result<EntityUid, String> {
        let subject = self.session.proven();
        self.own_order = self
            .records
            .order(id)
            .filter(|order| Some(order.user_id.as_str()) == subject);
        let owner = self.own_order.map_or(NOBODY, |order| &order.user_id);
        let owner = self.customer(owner);
        let mut attributes = HashMap::from([("owner".to_owned(), reference(owner))]);
        if let Some(order) = self.own_order {
            let details = RestrictedExpression::new_record(self.details(order)?)
                .map_err(|error| error.to_string())?;
            attributes.insert("details".to_owned(), details);
        }
        Ok(self.add(uid(&self.words.order, id), attributes))
    }

    /// A payment method, as an expression that refers to it.
    pub fn payment(&mut self, id: &str) -> RestrictedExpression {
        let own = uid(&self.words.payment, id);
        if self.entities.iter().any(|entity| entity.uid() == own) {
            return reference(own);
        }
        let saved = self.profile.and_then(|user| {
            let method = user.payment_methods.get(id)?;
            Some((user.user_id.as_str(), method))
        });
        let (owner, kind, cents) = match saved {
            Some((owner, method)) => {
                let balance = method.balance.unwrap_or_default();
                (owner, method.source.as_str(), balance.0)
            }
            None => (NOBODY, "unknown", 0),
        };
        let owner = self.customer(owner);
        let attributes = HashMap::from([
            ("owner".to_owned(), reference(owner)),
            (
                "kind".to_owned(),
                RestrictedExpression::new_string(kind.to_owned()),
            ),
            (
                "balance_cents".to_owned(),
                RestrictedExpression::new_long(cents),
            ),
        ]);
        reference(self.add(own, attributes))
    }

    fn details(&mut self, order: &Order) -> Result<Vec<(String, RestrictedExpression)>, String> {
        let first = order.payment_history.first();
        let original = self.payment(first.map_or("", |payment| &payment.payment_method_id));
        let paid = order
            .payment_history
            .iter()
            .filter(|payment| payment.transaction_type == TransactionType::Payment)
            .fold(0_i64, |sum, payment| sum.saturating_add(payment.amount.0));
        let payments = i64::try_from(order.payment_history.len()).unwrap_or(i64::MAX);
        let modified = order.status == ITEMS_MODIFIED;
        let status = if modified { "pending" } else { &order.status };
        let items = order
            .items
            .iter()
            .map(|item| item.item_id.as_str())
            .collect::<HashSet<_>>()
            .into_iter()
            .map(|id| RestrictedExpression::new_string(id.to_owned()));
        let mut details = vec![
            (
                "status".to_owned(),
                RestrictedExpression::new_string(status.to_owned()),
            ),
            (
                "items_modified".to_owned(),
                RestrictedExpression::new_bool(modified),
            ),
            ("original_payment".to_owned(), original),
            (
                "payment_count".to_owned(),
                RestrictedExpression::new_long(payments),
            ),
            (
                "total_cents".to_owned(),
                RestrictedExpression::new_long(paid),
            ),
            ("items".to_owned(), RestrictedExpression::new_set(items)),
        ];
        if let Some(text) = &order.delivered_at {
            let at = stated_moment(text)
                .ok_or_else(|| format!("delivered_at is no time (RFC 3339): '{text}'"))?;
            details.push(("delivered_at".to_owned(), at));
        }
        Ok(details)
    }

    fn customer(&mut self, id: &str) -> EntityUid {
        let own = uid(&self.words.customer, id);
        if !self.entities.iter().any(|entity| entity.uid() == own) {
            self.entities.push(Entity::with_uid(own.clone()));
        }
        own
    }

    fn add(
        &mut self,
        own: EntityUid,
        attributes: HashMap<String, RestrictedExpression>,
    ) -> EntityUid {
        // Nothing here calls an extension that could fail; were it to, the entity would lack what rules read, and
        // reading it would be an error, which is a no.
        let entity = Entity::new(own.clone(), attributes, HashSet::new())
            .unwrap_or_else(|_| Entity::with_uid(own.clone()));
        self.entities.push(entity);
        own
    }
}

fn reference(to: EntityUid) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(to)
}
