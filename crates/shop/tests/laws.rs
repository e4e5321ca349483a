//! What holds for whatever anybody asks of the books.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use serde_json::json;
use throughline_shop::books::{
    Books, Cancel, CancelReason, Exchange, NewItems, NewPayment, Return,
};
use throughline_shop::records::{Order, PaymentSource};
use throughline_shop::refusal::Refusal;

/// Something asked of an order, by numbers that choose among what there is.
#[derive(Clone, Debug)]
struct Ask {
    what: u8,
    order: usize,
    items: Vec<usize>,
    new: usize,
    payment: usize,
}

fn ask() -> impl Strategy<Value = Ask> {
    let items = proptest::collection::vec(0_usize..6, 0..3);
    (0_u8..5, 0_usize..171, items, 0_usize..20, 0_usize..4).prop_map(
        |(what, order, items, new, payment)| Ask {
            what,
            order,
            items,
            new,
            payment,
        },
    )
}

fn numbers(books: &Books) -> Vec<String> {
    let text = serde_json::to_value(books).unwrap();
    text["orders"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn carry_out(books: &mut Books, numbers: &[String], ask: &Ask) -> Result<Order, Refusal> {
    let number = &numbers[ask.order % numbers.len()];
    let order = books.order(number).unwrap().clone();
    let user = books.user(&order.user_id).unwrap();
    let methods: Vec<&String> = user.payment_methods.keys().collect();
    let payment_method_id = methods[ask.payment % methods.len()].clone();
    let chosen = |index: &usize| &order.items[index % order.items.len()];
    let item_ids: Vec<String> = ask
        .items
        .iter()
        .map(|i| chosen(i).item_id.clone())
        .collect();
    let new_item_ids = ask.items.iter().map(|i| {
        let product = books.product(&chosen(i).product_id).unwrap();
        product
            .variants
            .keys()
            .nth(ask.new % product.variants.len())
            .unwrap()
            .clone()
    });
    let new_item_ids: Vec<String> = new_item_ids.collect();
    match ask.what {
        0 => books.cancel(
            number,
            &Cancel {
                reason: CancelReason::NoLongerNeeded,
            },
        ),
        1 => books.change_payment(number, &NewPayment { payment_method_id }),
        2 => books.change_items(
            number,
            &NewItems {
                item_ids,
                new_item_ids,
                payment_method_id,
            },
        ),
        3 => books.return_items(
            number,
            &Return {
                item_ids,
                payment_method_id,
            },
        ),
        _ => books.exchange_items(
            number,
            &Exchange {
                item_ids,
                new_item_ids,
                payment_method_id,
            },
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_refused_has_changed_nothing_and_no_gift_card_falls_below_zero(
        asks in proptest::collection::vec(ask(), 1..12),
    ) {
        let mut books = Books::first_day().unwrap();
        let numbers = numbers(&books);
        for ask in asks {
            let before = serde_json::to_string(&books).unwrap();
            if carry_out(&mut books, &numbers, &ask).is_err() {
                prop_assert_eq!(&before, &serde_json::to_string(&books).unwrap());
            }
            let order = books.order(&numbers[ask.order % numbers.len()]).unwrap();
            for method in books.user(&order.user_id).unwrap().payment_methods.values() {
                let low = method.source == PaymentSource::GiftCard
                    && method.balance.is_some_and(|balance| balance.is_negative());
                prop_assert!(!low, "{:?}", method);
            }
        }
    }
}

#[test]
fn a_cancelled_order_gives_everything_back_and_is_cancelled_once() {
    let mut books = Books::first_day().unwrap();
    let number = numbers(&books)
        .into_iter()
        .find(|number| books.order(number).unwrap().status == "pending")
        .unwrap();
    let cancel = Cancel {
        reason: CancelReason::OrderedByMistake,
    };
    let order = books.cancel(&number, &cancel).unwrap();
    assert_eq!(order.cancel_reason.as_deref(), Some("ordered by mistake"));
    let [paid, refunded] = order.payment_history.as_slice() else {
        panic!("{:?}", order.payment_history);
    };
    assert_eq!(paid.amount, refunded.amount);
    assert_eq!(
        books.cancel(&number, &cancel).unwrap_err().code(),
        "wrong_status"
    );
}

#[test]
fn a_card_may_be_refunded_only_when_it_paid() {
    let mut books = Books::first_day().unwrap();
    // Noah paid by one of two methods and has no gift card.
    let order = books.order("W7678072").unwrap().clone();
    let paid = &order.payment_history[0].payment_method_id;
    let user = books.user(&order.user_id).unwrap();
    let other = user
        .payment_methods
        .keys()
        .find(|id| *id != paid)
        .unwrap()
        .clone();
    let item_ids = vec![order.items[0].item_id.clone()];
    let wanted = Return {
        item_ids,
        payment_method_id: other,
    };
    let refusal = books.return_items("W7678072", &wanted).unwrap_err();
    assert_eq!(refusal.code(), "invalid");
    assert_eq!(
        serde_json::to_value(refusal.problem()).unwrap(),
        json!({
            "type": "/problems/invalid",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "a refund goes to the original payment method or to a gift card",
            "code": "invalid",
        })
    );
}
