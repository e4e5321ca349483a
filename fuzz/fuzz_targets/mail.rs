//! Mail, whatever the bytes are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use throughline_fuzz::assert_harmless;
use throughline_mail::parse::parse;

fuzz_target!(|raw: &[u8]| {
    let Ok(mail) = parse(raw) else {
        return;
    };
    // What goes into a header of ours must fit on its line.
    let one_line = |text: &str| !text.contains(['\r', '\n', '\0']);
    assert!(mail.subject.as_deref().is_none_or(one_line));
    assert!(mail.message_id.as_deref().is_none_or(one_line));
    assert!(mail.references.iter().all(|id| one_line(id)));
    let people = mail
        .from
        .iter()
        .chain(&mail.to)
        .chain(&mail.cc)
        .chain(&mail.reply_to);
    for person in people {
        assert!(one_line(&person.address), "{person:?}");
        assert!(person.name.as_deref().is_none_or(one_line), "{person:?}");
    }
    if let Some(safe) = &mail.safe_html {
        assert_harmless(safe);
    }
    // The same bytes are the same mail.
    assert_eq!(parse(raw).as_ref(), Ok(&mail));
});
