//! Stories about a shop's messages, told to a classifier that knows words alone.
#![expect(clippy::unwrap_used, reason = "a failed reading is a failed test")]

use throughline_understanding::{Basis, Classifier, Examples, Vectors};

fn shop() -> Examples {
    Examples::from_iter([
        ("return_item", "I want to send my order back"),
        ("return_item", "how can I return these shoes"),
        ("return_item", "please start a return for my jacket"),
        ("order_status", "where is my order"),
        ("order_status", "has my parcel been shipped yet"),
        ("order_status", "when will my package arrive"),
        ("cancel_order", "cancel my order"),
        (
            "cancel_order",
            "I no longer want what I ordered, please cancel it",
        ),
        ("cancel_order", "stop the order before it ships"),
    ])
}

fn trained(examples: &Examples) -> Classifier {
    Classifier::train(examples, None, &mut Vectors::default()).unwrap()
}

#[test]
fn a_customer_is_understood_by_words_alone() {
    let classifier = trained(&shop());
    assert_eq!(classifier.basis(), Basis::Words);
    for (text, label) in [
        ("I would like to return a jacket", "return_item"),
        ("where is my package?", "order_status"),
        ("pls CANCEL the order", "cancel_order"),
    ] {
        let ranking = classifier.classify(text);
        assert_eq!(ranking.best().unwrap().label, label, "{ranking:?}");
    }
}
