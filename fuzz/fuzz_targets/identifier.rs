//! Phone numbers, mail addresses and ids, as people and providers write them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use throughline_model::identifier::{Identifier, IdentifierKind};

const REGIONS: &[Option<&str>] = &[None, Some("DE"), Some("US"), Some("IN")];

fuzz_target!(|text: &str| {
    for &kind in IdentifierKind::ALL {
        for &region in REGIONS {
            let Ok(identifier) = Identifier::parse(kind, text, region) else {
                continue;
            };
            // What is stored must read as itself, or one person would become two.
            let again = Identifier::parse(kind, &identifier.value, None);
            assert_eq!(again.as_ref(), Ok(&identifier), "from {text:?}");
            assert_eq!(identifier.to_string().parse().as_ref(), Ok(&identifier));
        }
    }
});
