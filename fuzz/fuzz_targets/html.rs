//! Hostile HTML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use throughline_fuzz::assert_harmless;
use throughline_mail::sanitise::{from_text, sanitise};

fuzz_target!(|html: &str| {
    let safe = sanitise(html);
    assert_harmless(&safe);
    // Safe HTML is stored and may be read again.
    assert_harmless(&sanitise(&safe));
    // Of plain text nothing is markup but what was put around it.
    let around = ["<div>", "</div>", "<p>", "</p>", "<br>"];
    let words = around
        .iter()
        .fold(from_text(html), |text, tag| text.replace(tag, ""));
    assert!(!words.contains('<'), "{words}");
});
