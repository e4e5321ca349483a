//! Wrong variants of correct calls: each must be denied.

use super::retail::{Call, Shop, known};
use serde_json::Value;
use throughline_model::assurance::Assurance;
use throughline_policy::Request;
use throughline_policy::facts::Session;
use throughline_policy::records::{Cents, PaymentMethod};

/// Statuses an order may have.
const STATUSES: [&str; 7] = [
    "pending",
    "processed",
    "delivered",
    "cancelled",
    "return requested",
    "exchange requested",
    "pending (item modified)",
];

/// A wrong request, and what is wrong with it.
pub struct Mutant {
    pub wrong: &'static str,
    pub request: Request,
}

/// Everything that can be made wrong with a correct call.
pub fn of(shop: &Shop, user: &str, call: &Call) -> Vec<Mutant> {
    let mut all = Breeder {
        shop,
        user,
        call,
        found: Vec::new(),
    };
    all.somebody_else();
    all.without_a_yes();
    all.in_a_wrong_state();
    all.with_wrong_money();
    all.with_wrong_items();
    all.with_wrong_options();
    if call.action() == "cancelOrder" {
        all.push(
            "a reason that is not accepted",
            &call.with("reason", "found it cheaper"),
        );
    }
    all.found
}

struct Breeder<'a> {
    shop: &'a Shop,
    user: &'a str,
    call: &'a Call,
    found: Vec<Mutant>,
}

impl Breeder<'_> {
    fn push(&mut self, wrong: &'static str, call: &Call) {
        let request = self.shop.request(&known(self.user), call);
        self.found.push(Mutant { wrong, request });
    }

    fn push_in(&mut self, wrong: &'static str, shop: &Shop) {
        let request = shop.request(&known(self.user), self.call);
        self.found.push(Mutant { wrong, request });
    }

    fn push_as(&mut self, wrong: &'static str, session: &Session) {
        let request = self.shop.request(session, self.call);
        self.found.push(Mutant { wrong, request });
    }

    fn other(&self) -> &str {
        let others = self.shop.users.keys();
        let mut others = others.filter(|id| *id != self.user);
        others.next().map_or("nobody", String::as_str)
    }

    fn somebody_else(&mut self) {
        self.push_as("nobody known", &Session::default());
        let claimed = Session {
            assurance: Assurance::NONE,
            ..known(self.user)
        };
        self.push_as("a mere claim", &claimed);
        let other = known(self.other());
        self.push_as("another customer", &other);
    }

    fn without_a_yes(&mut self) {
        let right = self.shop.request(&known(self.user), self.call);
        let mut request = right.clone();
        request.confirmed.clear();
        self.found.push(Mutant {
            wrong: "no yes",
            request,
        });
        let mut request = right;
        let another = self.call.with("order_id", "#W0000000");
        request.confirmed = vec![
            self.shop
                .request(&known(self.user), &another)
                .confirmation(),
        ];
        self.found.push(Mutant {
            wrong: "a yes to something else",
            request,
        });
    }

    fn in_a_wrong_state(&mut self) {
        let order = self.shop.order(self.call).clone();
        for status in STATUSES
            .into_iter()
            .filter(|status| *status != order.status)
        {
            let mut shop = self.shop.clone();
            shop.set_status(&order, status);
            self.push_in("a wrong status", &shop);
        }
        // An address may be changed as often as one likes.
        if self.call.action() != "modifyAddress" {
            let mut shop = self.shop.clone();
            shop.carry_out(self.call);
            self.push_in("the same once more", &shop);
        }
        self.push(
            "an order that is not there",
            &self.call.with("order_id", "#W0000000"),
        );
    }

    fn with_wrong_money(&mut self) {
        if self.call.text("payment_method_id").is_none() {
            return;
        }
        let pay_with = |id: &str| self.call.with("payment_method_id", id);
        let unknown = pay_with("credit_card_0000000");
        let order = self.shop.order(self.call);
        let original = order.payment_history[0].payment_method_id.clone();
        let own = &self.shop.users[self.user].payment_methods;
        let other_card = own
            .iter()
            .find(|(id, method)| **id != original && method.source != "gift_card")
            .map(|(id, _)| pay_with(id));
        let others = self.shop.users[self.other()].payment_methods.keys().next();
        let others = others.map(|id| pay_with(id));
        let same = pay_with(&original);
        self.push("a payment method that is not there", &unknown);
        if let Some(call) = others {
            self.push("somebody else's payment method", &call);
        }
        match (self.call.action(), other_card) {
            ("returnItems", Some(call)) => self.push("a refund to another card", &call),
            ("modifyPayment", _) => self.push("the same payment method", &same),
            _ => {}
        }
        if self.call.action() != "returnItems" {
            self.with_a_small_gift_card();
        }
    }

    fn with_a_small_gift_card(&mut self) {
        let mut shop = self.shop.clone();
        let card = PaymentMethod {
            source: "gift_card".to_owned(),
            balance: Some(Cents(-10_000_000)),
        };
        if let Some(user) = shop.users.get_mut(self.user) {
            user.payment_methods.insert("gift_card_1".to_owned(), card);
        }
        let call = self.call.with("payment_method_id", "gift_card_1");
        let request = shop.request(&known(self.user), &call);
        self.found.push(Mutant {
            wrong: "a gift card that does not cover it",
            request,
        });
    }

    fn with_wrong_items(&mut self) {
        let items = self.call.list("item_ids");
        let Some(first) = items.first() else {
            return;
        };
        let new = self.call.list("new_item_ids");
        let mut foreign = items.clone();
        foreign[0] = "0000000000";
        self.push(
            "an item that was not bought",
            &self.call.with("item_ids", foreign),
        );
        let mut none = self.call.with("item_ids", Vec::<Value>::new());
        let mut many = [items.as_slice(), &[*first; 3]].concat();
        let mut more = self.call.with("item_ids", std::mem::take(&mut many));
        if let Some(first) = new.first() {
            none = none.with("new_item_ids", Vec::<Value>::new());
            more = more.with("new_item_ids", [new.as_slice(), &[*first; 3]].concat());
        }
        self.push("no items", &none);
        self.push("more than were bought", &more);
    }

    fn with_wrong_options(&mut self) {
        let mut new = self.call.list("new_item_ids");
        if new.is_empty() {
            return;
        }
        let old = self.call.list("item_ids")[0];
        let order = self.shop.order(self.call);
        let item = order.items.iter().find(|item| item.item_id == old);
        let Some(product) = item.map(|item| item.product_id.clone()) else {
            return;
        };
        let mut products = self.shop.products.iter();
        let other = products
            .find(|(id, _)| **id != product)
            .and_then(|(_, product)| product.variants.keys().next());
        if let Some(other) = other {
            new[0] = other;
            let call = self.call.with("new_item_ids", new.clone());
            self.push("another product", &call);
        }
        let sold_out = self.shop.products[&product]
            .variants
            .iter()
            .find(|(_, variant)| !variant.available);
        if let Some((id, _)) = sold_out {
            new[0] = id;
            let call = self.call.with("new_item_ids", new.clone());
            self.push("an option that is sold out", &call);
        }
        new.pop();
        self.push(
            "fewer new items than old ones",
            &self.call.with("new_item_ids", new),
        );
    }
}
