#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::parse::parse;
use bytes::Bytes;
use proptest::prelude::*;
use throughline_model::id::{ConversationId, DeliveryId, EndpointId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use uuid::Uuid;

const NOON: Millis = 1_772_442_000_000;

fn keys() -> MailKeys {
    MailKeys::new(*b"a secret of thirty-two bytes....").unwrap()
}

fn letterhead() -> Letterhead {
    Letterhead {
        from: MailAddress::named("Shop Support", "support@shop.example"),
        message_id_domain: "shop.example".into(),
        plus_addressing: true,
        dkim: None,
    }
}

fn answer() -> Outbound {
    Outbound {
        delivery: DeliveryId(Uuid::from_u128(2)),
        conversation: ConversationId(Uuid::from_u128(1)),
        endpoint: EndpointId(Uuid::from_u128(3)),
        client_message_id: "c1".into(),
        to: Identifier::email("ana@example.com").unwrap(),
        to_name: Some("Ana Conceição".into()),
        text: "Hi Ana,\n\nit is on its way & arrives <soon>.\n.\nBo".into(),
        subject: Some("Re: Größe der Bestellung".into()),
        in_reply_to: Some("<m3@example.com>".into()),
        references: vec!["m1@example.com".into(), "<m2@shop.example>".into()],
        automatic: false,
        files: vec![],
    }
}

fn built(message: &Outbound) -> BuiltMail {
    build(message, &letterhead(), &keys(), NOON).unwrap()
}

fn header_lines(mail: &BuiltMail) -> Vec<String> {
    let text = String::from_utf8(mail.bytes.clone()).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ")
        .replace("\r\n\t", " ")
        .split("\r\n")
        .map(str::to_owned)
        .collect()
}

#[test]
fn an_answer_on_the_wire() {
    let golden = include_str!("golden_answer.eml").replace('\n', "\r\n");
    assert_eq!(String::from_utf8(built(&answer()).bytes).unwrap(), golden);
}

#[test]
fn an_answer_is_read_back_as_it_was_meant() {
    let mail = built(&answer());
    let read = parse(&mail.bytes).unwrap();
    assert_eq!(read.from, Some(letterhead().from));
    assert_eq!(
        read.to,
        [MailAddress::named("Ana Conceição", "ana@example.com")]
    );
    assert_eq!(read.subject.as_deref(), Some("Re: Größe der Bestellung"));
    assert_eq!(
        read.references,
        ["m3@example.com", "m2@shop.example", "m1@example.com"]
    );
    assert_eq!(read.message_id.as_deref(), Some(mail.message_id.as_str()));
    assert_eq!(read.date, Some(NOON));
    assert_eq!(read.text.trim_end(), answer().text);
    assert!(
        read.safe_html
            .unwrap()
            .contains("&amp; arrives &lt;soon&gt;.<br>")
    );
    assert_eq!(read.automatic, None);
    let ours = keys()
        .open_message_id(&mail.message_id, "ana@example.com")
        .unwrap();
    assert_eq!(
        (ours.conversation, ours.delivery),
        (answer().conversation, answer().delivery)
    );
    let reply_to = &read.reply_to[0].address;
    assert_eq!(
        keys().open_plus_address(reply_to, "ana@example.com"),
        Some(answer().conversation)
    );
}

#[test]
fn a_second_attempt_sends_the_same_bytes() {
    assert_eq!(built(&answer()), built(&answer()));
}

#[test]
fn automatic_mail_says_so() {
    let mut notice = answer();
    notice.automatic = true;
    let mail = built(&notice);
    assert!(header_lines(&mail).contains(&"Auto-Submitted: auto-generated".to_owned()));
    assert!(parse(&mail.bytes).unwrap().automatic.is_some());
}

#[test]
fn files_travel_with_their_names_and_bytes() {
    let mut message = answer();
    let file = |name: &str, media_type: &str, body: &'static [u8]| File {
        name: name.into(),
        media_type: media_type.into(),
        content_id: None,
        body: Bytes::from_static(body),
    };
    message.files = vec![
        file(
            "Größe \"L\".pdf",
            "application/pdf",
            b"%PDF\0\xff\r\n.\r\nend",
        ),
        file("a\r\nBcc: x@y.z", "text/plain\r\nX-Evil: 1", b"hi"),
        file("mail.eml", "message/rfc822", b"From: a@b.c\r\n\r\nhi"),
    ];
    let read = parse(&built(&message).bytes).unwrap();
    let files: Vec<_> = read
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.body.as_ref()))
        .collect();
    assert_eq!(
        files[0],
        ("Größe _L_.pdf", b"%PDF\0\xff\r\n.\r\nend".as_slice())
    );
    assert_eq!(files[1], ("aBcc_ x@y.z", b"hi".as_slice()));
    assert_eq!(files[2], ("mail.eml", b"From: a@b.c\r\n\r\nhi".as_slice()));
    assert_eq!(read.text.trim_end(), message.text);
}

#[test]
fn a_long_thread_keeps_its_first_and_its_newest_ids() {
    let mut message = answer();
    message.references = (0..500).map(|n| format!("m{n}@example.com")).collect();
    let read = parse(&built(&message).bytes).unwrap();
    assert_eq!(read.references.len(), REFERENCES);
    assert_eq!(read.references[0], "m3@example.com");
    assert_eq!(read.references[1], "m499@example.com");
    assert_eq!(read.references[REFERENCES - 1], "m0@example.com");
    assert!(
        built(&message)
            .bytes
            .split(|byte| *byte == b'\n')
            .all(|line| line.len() <= 998)
    );
}

#[test]
fn addresses_with_line_breaks_are_refused() {
    for address in [
        "ana@example.com\r\nBcc: x@y.z",
        "ana@example.com\nx",
        "a b@example.com",
        "<a@b.c>",
        "a,b@c.d",
        "ana",
        "",
    ] {
        let mut message = answer();
        message.to = Identifier {
            kind: IdentifierKind::Email,
            value: address.into(),
        };
        let refused = build(&message, &letterhead(), &keys(), NOON);
        assert!(
            matches!(refused, Err(BadOutbound::Address(..))),
            "{address:?}"
        );
        let mut head = letterhead();
        head.from.address = address.into();
        assert!(
            build(&answer(), &head, &keys(), NOON).is_err(),
            "{address:?}"
        );
    }
    let mut head = letterhead();
    head.message_id_domain = "shop.example>\r\nBcc: x@y.z".into();
    assert!(matches!(
        build(&answer(), &head, &keys(), NOON),
        Err(BadOutbound::Form(_))
    ));
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_a_hint() {
    let error = DkimSignature::new("shop.example", "s1", "not a key").unwrap_err();
    assert!(error.to_string().contains("PEM"), "{error}");
}

/// The names of the headers a mail has, with how often each occurs.
fn header_names(mail: &BuiltMail) -> Vec<String> {
    let mut names: Vec<_> = header_lines(mail)
        .iter()
        .map(|line| line.split(':').next().unwrap_or_default().to_lowercase())
        .collect();
    names.sort();
    names
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\r\n",
        "\n",
        "\r",
        "\0",
        "Bcc: x@y.z",
        "\r\n\r\n",
        "<",
        ">",
        "\"",
        "=?utf-8?Q?=0D=0A?=",
        "é",
        "\u{2028}",
        "\u{85}",
        "--=",
        " ",
        "\t",
        ":",
        ";",
        "a",
        "%0d%0a",
        "\u{202E}",
        "\\",
    ]);
    prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_of_anyone_adds_a_header(
        subject in hostile(), name in hostile(), text in hostile(), id in hostile(), reference in hostile(),
        file_name in hostile(), media_type in hostile(), from_name in hostile(),
    ) {
        let mut message = answer();
        message.subject = Some(subject);
        message.to_name = Some(format!("Ana{name}"));
        message.text = text;
        message.in_reply_to = Some(format!("m{id}@example.com"));
        message.references = vec!["m1@example.com".into(), format!("m{reference}@example.com")];
        let mut head = letterhead();
        head.from.name = Some(format!("Shop{from_name}"));
        message.files = vec![File {
            name: file_name, media_type, content_id: None, body: Bytes::from_static(b"x"),
        }];
        let mail = build(&message, &head, &keys(), NOON).unwrap();
        let allowed = ["content-type", "date", "from", "in-reply-to", "message-id", "mime-version", "references",
            "reply-to", "subject", "to"];
        let names = header_names(&mail);
        let mut unique = names.clone();
        unique.dedup();
        prop_assert_eq!(&names, &unique);
        prop_assert!(names.iter().all(|name| allowed.contains(&name.as_str())), "{:?}", names);
        let read = parse(&mail.bytes).unwrap();
        prop_assert_eq!(read.to.len(), 1);
        prop_assert_eq!(&read.to[0].address, "ana@example.com");
        prop_assert_eq!(&read.from.unwrap().address, "support@shop.example");
        prop_assert_eq!(read.files.len(), 1);
        let bare = mail.bytes.iter().enumerate().any(|(at, byte)| *byte == b'\n' && (at == 0 || mail.bytes[at - 1] != b'\r'));
        prop_assert!(!bare, "a line ends in a bare LF");
    }
}
