//! The bodies of mail, from which the sender's own words are kept.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;
use throughline_mail::reply_text::{from_html, from_plain};

fuzz_target!(|body: &str| {
    let reply = from_plain(body);
    // No line is rewritten or invented; only white space around lines may go.
    let lines: HashSet<&str> = body.lines().map(str::trim).collect();
    for line in reply.text.lines() {
        assert!(lines.contains(line.trim()), "{line:?} is not in {body:?}");
    }
    // What was kept is the sender's own, and stays.
    assert_eq!(from_plain(&reply.text).text, reply.text, "from {body:?}");
    // Of HTML only an end within the time limit is asked.
    let _ = from_html(body);
});
