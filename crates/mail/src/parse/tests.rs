#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn parsed(raw: impl AsRef<[u8]>) -> ParsedMail {
    parse(raw.as_ref()).unwrap()
}

fn simple(headers: &str, body: &str) -> Vec<u8> {
    format!("From: Ana <ana@example.com>\r\n{headers}\r\n{body}").into_bytes()
}

#[test]
fn a_customers_mail_is_taken_apart() {
    let mail = parsed(concat!(
        "Return-Path: <ana@example.com>\r\n",
        "From: =?utf-8?Q?Ana_Concei=C3=A7=C3=A3o?= <Ana@Example.com>\r\n",
        "Sender: relay@example.com\r\n",
        "Reply-To: Ana at work <ana@work.example>\r\n",
        "To: support@shop.example, Team: bo@shop.example, cy@shop.example;\r\n",
        "Cc: \"Dee, D.\" <dee@example.com>\r\n",
        "Subject: =?iso-8859-1?Q?Wo_ist_meine_Bestellung=3F_Gr=FC=DFe?=\r\n",
        "Message-ID: <m3@example.com>\r\n",
        "In-Reply-To: <m2@shop.example>\r\n",
        "References: <m0@example.com> <m1@example.com>\r\n <m2@shop.example>\r\n",
        "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "\r\n",
        "Where is #1234?\r\n",
    ));
    assert_eq!(
        mail.from,
        Some(MailAddress::named("Ana Conceição", "Ana@Example.com"))
    );
    assert!(mail.from_is_unambiguous);
    assert_eq!(mail.sender, Some(MailAddress::plain("relay@example.com")));
    assert_eq!(
        mail.reply_to,
        [MailAddress::named("Ana at work", "ana@work.example")]
    );
    let to: Vec<_> = mail.to.iter().map(|to| to.address.as_str()).collect();
    assert_eq!(
        to,
        ["support@shop.example", "bo@shop.example", "cy@shop.example"]
    );
    assert_eq!(mail.cc, [MailAddress::named("Dee, D.", "dee@example.com")]);
    assert_eq!(
        mail.subject.as_deref(),
        Some("Wo ist meine Bestellung? Grüße")
    );
    assert_eq!(mail.message_id.as_deref(), Some("m3@example.com"));
    assert_eq!(
        mail.references,
        ["m2@shop.example", "m1@example.com", "m0@example.com"]
    );
    assert_eq!(mail.date, Some(1_772_442_000_000));
    assert_eq!(mail.text, "Where is #1234?\n");
    assert_eq!(mail.html, None);
    assert_eq!(mail.automatic, None);
    assert_eq!(mail.bounce, None);
    assert!(mail.files.is_empty());
}

#[test]
fn an_answer_keeps_what_its_author_wrote_this_time() {
    let mail = parsed(simple(
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Yes please.\r\n\r\nOn Mon, Mar 2, 2026 at 10:00 AM Shop <support@shop.example> wrote:\r\n> Shall we?\r\n",
    ));
    assert_eq!(mail.reply_text, "Yes please.");
    assert!(mail.stripped);
    assert!(mail.text.contains("Shall we?"));
}

#[test]
fn bytes_that_are_no_mail_are_refused_with_a_reason() {
    assert_eq!(parse(b""), Err(BadMail::Empty));
    assert_eq!(parse(b" \r\n\r\n"), Err(BadMail::Empty));
    assert_eq!(parse(b"hello there"), Err(BadMail::NoHeader));
}

#[test]
fn a_mail_without_an_author_is_kept() {
    let mail = parsed("Subject: hi\r\n\r\nNobody wrote this.\r\n");
    assert_eq!(mail.from, None);
    assert!(!mail.from_is_unambiguous);
    assert_eq!(mail.text, "Nobody wrote this.\n");
}

#[test]
fn two_authors_are_never_unambiguous() {
    for raw in [
        "From: ana@example.com\r\nFrom: bo@example.com\r\n\r\nhi",
        "From: ana@example.com, bo@example.com\r\n\r\nhi",
    ] {
        assert!(!parsed(raw).from_is_unambiguous, "{raw}");
    }
}

#[test]
fn broken_transfer_encodings_and_charsets_lose_no_content() {
    let broken_base64 = simple(
        "Content-Transfer-Encoding: base64\r\n",
        "This is !! not base64 at all ~~\r\n",
    );
    assert!(parsed(broken_base64).text.contains("not base64 at all"));
    let unknown_charset = simple("Content-Type: text/plain; charset=klingon-8\r\n", "nuqneH");
    assert_eq!(parsed(unknown_charset).text, "nuqneH");
    let mut raw = simple("Content-Type: text/plain; charset=utf-8\r\n", "caf");
    raw.extend_from_slice(b"\xe9 \xff\xfe ok");
    assert!(parsed(raw).text.ends_with("ok"));
    let unknown_encoding = simple("Content-Transfer-Encoding: x-rot13\r\n", "uryyb");
    assert_eq!(parsed(unknown_encoding).text, "uryyb");
    let no_boundary = simple(
        "Content-Type: multipart/mixed\r\n",
        "--x\r\n\r\nstill here\r\n--x--",
    );
    assert!(parsed(no_boundary).text.contains("still here"));
    let unclosed = simple(
        "Content-Type: multipart/mixed; boundary=x\r\n",
        "--x\r\n\r\nnever closed",
    );
    assert!(parsed(unclosed).text.contains("never closed"));
}

#[test]
fn a_file_keeps_its_own_bytes_whatever_its_charset() {
    let mail = parsed(simple(
        "Content-Type: multipart/mixed; boundary=x\r\n",
        "--x\r\n\r\nhi\r\n--x\r\nContent-Type: text/csv; charset=iso-8859-1\r\n\
         Content-Disposition: attachment; filename*=iso-8859-1''Gr%F6%DFen.csv\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nR3L232UK/w==\r\n--x--\r\n",
    ));
    assert_eq!(mail.text, "hi");
    assert_eq!(mail.files.len(), 1);
    assert_eq!(mail.files[0].name, "Größen.csv");
    assert_eq!(mail.files[0].media_type, "text/csv");
    assert_eq!(mail.files[0].body.as_ref(), b"Gr\xf6\xdfe\n\xff");
}

#[test]
fn an_attached_mail_is_one_file_and_its_text_is_not_the_customers() {
    let mail = parsed(simple(
        "Content-Type: multipart/mixed; boundary=x\r\n",
        "--x\r\n\r\nsee below\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
         From: eve@example.com\r\nSubject: inner\r\n\r\ninner text\r\n--x--\r\n",
    ));
    assert_eq!(mail.text, "see below");
    assert_eq!(mail.files.len(), 1);
    assert_eq!(mail.files[0].media_type, "message/rfc822");
    assert_eq!(mail.files[0].name, "mail.eml");
    assert_eq!(
        mail.files[0].body.as_ref(),
        b"From: eve@example.com\r\nSubject: inner\r\n\r\ninner text"
    );
}

#[test]
fn html_alone_is_read_and_shown_safely() {
    let mail = parsed(simple(
        "Content-Type: text/html; charset=utf-8\r\n",
        "<p>Where is <b>my order</b>?</p><script>alert(1)</script><img src=\"cid:logo@x\">",
    ));
    assert!(mail.text.contains("Where is my order?"), "{}", mail.text);
    assert!(!mail.text.contains("alert"));
    assert!(mail.html.unwrap().contains("<script>"));
    assert_eq!(
        mail.safe_html.as_deref(),
        Some("<p>Where is <b>my order</b>?</p><img src=\"cid:logo@x\">")
    );
}

#[test]
fn an_inline_image_keeps_its_content_id() {
    let mail = parsed(simple(
        "Content-Type: multipart/related; boundary=x\r\n",
        "--x\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:logo@x\">\r\n--x\r\nContent-Type: image/png\r\n\
         Content-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n",
    ));
    assert_eq!(mail.files[0].content_id.as_deref(), Some("logo@x"));
    assert_eq!(mail.files[0].name, "image.png");
    assert_eq!(mail.files[0].body.as_ref(), b"\x89PNG\r\n\x1a\n");
}

#[test]
fn ten_thousand_nested_parts_are_kept_without_being_opened() {
    let mut multiparts = "From: ana@example.com\r\n".to_owned();
    for level in 0..10_000 {
        multiparts.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        ));
    }
    multiparts.push_str("\r\nthe innermost text");
    let mail = parsed(&multiparts);
    let kept = mail.text.contains("the innermost text")
        || mail.files.iter().any(|file| {
            file.body
                .windows(18)
                .any(|bytes| bytes == b"the innermost text")
        });
    assert!(kept);

    let mut mails = "From: ana@example.com\r\n".to_owned();
    for _ in 0..10_000 {
        mails.push_str("Content-Type: message/rfc822\r\n\r\n");
    }
    mails.push_str("\r\nthe innermost text");
    let mail = parsed(&mails);
    assert!(
        mail.files
            .iter()
            .any(|file| file.body.ends_with(b"the innermost text"))
    );
}

#[test]
fn no_spelling_of_an_attached_mail_gets_it_opened() {
    for spelling in [
        "Content-Type: message/rfc822",
        "content-TYPE : Message/RFC822; x=y",
        "Content - Type: message/global",
        "Content-Type:\r\n message/rfc822",
        "Content-Type: message /\r\n\t rfc822",
        "Content-Type: (message) message (x) / (y) rfc822 (z)",
        "  Content-Type: message/rfc822",
        "Content-Type: multipart/digest; boundary=y\r\n\r\n--y\r\n",
    ] {
        let raw = simple(
            "Content-Type: multipart/mixed; boundary=x\r\n",
            &format!("--x\r\n{spelling}\r\n\r\nFrom: a@b.c\r\n\r\ninner\r\n--x--\r\n"),
        );
        let tamed = nesting::tame(&raw);
        assert_eq!(tamed.len(), raw.len());
        let message = MessageParser::default().parse(tamed.as_ref()).unwrap();
        let opened = message
            .parts
            .iter()
            .any(|part| matches!(part.body, mail_parser::PartType::Message(_)));
        assert!(!opened, "{spelling}");
    }
}

#[test]
fn a_hundred_thousand_files_and_split_parameters_are_read_within_bounds() {
    let part = "--x\r\nContent-Type: image/png\r\n\r\nx\r\n";
    let mail = parsed(simple(
        "Content-Type: multipart/mixed; boundary=x\r\n",
        &part.repeat(100_000),
    ));
    assert_eq!((mail.files.len(), mail.omitted_files), (1_000, 99_000));
    // Without a limit this alone takes half a minute.
    let parameters: String = (0..200_000).map(|n| format!("a{n}*1=b;\r\n ")).collect();
    let mail = parsed(simple(
        &format!("Content-Type: text/plain; {parameters}x=y\r\n"),
        "hello",
    ));
    assert_eq!(mail.text, "hello");
}

#[test]
fn a_huge_header_is_read_within_bounds() {
    let recipients = (0..50_000)
        .map(|n| format!("r{n}@example.com"))
        .collect::<Vec<_>>()
        .join(",\r\n ");
    let subject = "word ".repeat(200_000);
    let references = (0..50_000)
        .map(|n| format!("<r{n}@example.com>"))
        .collect::<Vec<_>>()
        .join("\r\n ");
    let mail = parsed(simple(
        &format!("To: {recipients}\r\nSubject: {subject}\r\nReferences: {references}\r\n"),
        "hi",
    ));
    assert_eq!(mail.to.len(), 500);
    assert!(mail.subject.unwrap().chars().count() <= SUBJECT_CHARS);
    assert_eq!(mail.references.len(), REFERENCES);
    assert_eq!(mail.references[0], "r49999@example.com");
}

#[test]
fn a_folded_or_encoded_subject_cannot_smuggle_lines() {
    let mail = parsed(simple(
        "Subject: =?utf-8?Q?hi=0D=0ABcc:_x@y.z?=\r\n",
        "body",
    ));
    assert_eq!(mail.subject.as_deref(), Some("hi Bcc: x@y.z"));
}

#[test]
fn machines_are_recognised_by_their_headers() {
    use Automatic::*;
    for (headers, expected) in [
        ("Auto-Submitted: no\r\n", None),
        (
            "Auto-Submitted: auto-replied; owner-email=\"x\"\r\n",
            Some(Reply),
        ),
        (
            "Auto-Submitted: auto-generated (by cron)\r\n",
            Some(Generated),
        ),
        ("Auto-Submitted: AUTO-NOTIFIED\r\n", Some(Generated)),
        ("Precedence: bulk\r\n", Some(Bulk)),
        ("Precedence: junk\r\n", Some(Bulk)),
        ("Precedence: list\r\n", Some(List)),
        ("Precedence: first-class\r\n", None),
        ("List-Id: News <news.shop.example>\r\n", Some(List)),
        (
            "X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n",
            Some(AnswerSuppressed),
        ),
        ("X-Auto-Response-Suppress: All\r\n", Some(AnswerSuppressed)),
        ("X-Auto-Response-Suppress: DR, RN, NRN\r\n", None),
        ("Return-Path: <>\r\n", Some(NoReturnPath)),
        ("Return-Path: <ana@example.com>\r\n", None),
        ("X-Autoreply: yes\r\n", Some(Reply)),
        ("X-Autoreply: no\r\n", None),
        ("Subject: Out of office: on vacation until Monday\r\n", None),
        ("Subject: Automatic reply: your order\r\n", None),
    ] {
        assert_eq!(
            parsed(simple(headers, "hi")).automatic,
            expected,
            "{headers}"
        );
    }
}

#[test]
fn the_same_mail_over_two_ways_has_one_fingerprint() {
    let base =
        "From: ana@example.com\r\nMessage-ID: <m1@example.com>\r\nSubject: hi\r\n\r\nhello\r\n";
    let relayed = format!("Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0100\r\n{base}");
    assert_eq!(parsed(base).fingerprint, parsed(&relayed).fingerprint);
    for other in [
        base.replace("From: ana", "From: eve"),
        base.replace("hello", "hullo"),
        base.replace("Subject: hi", "Subject: ho"),
        base.replace("m1@", "m2@"),
    ] {
        assert_ne!(
            parsed(base).fingerprint,
            parsed(&other).fingerprint,
            "{other}"
        );
    }
    let bare = "From: ana@example.com\r\n\r\nhello\r\n";
    assert_ne!(
        parsed(bare).fingerprint,
        parsed(format!("X-Try: 2\r\n{bare}")).fingerprint
    );
}

mod bounces {
    use super::*;
    use crate::parse::bounce::FailedRecipient;

    #[test]
    fn a_standard_report_names_recipient_status_and_mail() {
        let mail = parsed(concat!(
            "Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@mx.example.com>\r\n",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n",
            "--x\r\n\r\nI'm sorry.\r\n",
            "--x\r\nContent-Type: message/delivery-status\r\n\r\n",
            "Reporting-MTA: dns; mx.example.com\r\n\r\n",
            "Original-Recipient: rfc822;ana@example.com\r\nFinal-Recipient: rfc822; a.silva@home.example\r\n",
            "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n <a.silva>: no such user\r\n\r\n",
            "Final-Recipient: rfc822; bo@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n",
            "--x\r\nContent-Type: message/rfc822\r\n\r\n",
            "Message-ID:\r\n <aaa.bbb.ccc@shop.example>\r\nSubject: Your order\r\n\r\nhi\r\n--x--\r\n",
        ));
        assert_eq!(mail.automatic, Some(Automatic::Bounce));
        let bounce = mail.bounce.unwrap();
        assert_eq!(
            bounce.original_message_id.as_deref(),
            Some("aaa.bbb.ccc@shop.example")
        );
        assert_eq!(
            bounce.recipients[0],
            FailedRecipient {
                address: "ana@example.com".into(),
                action: "failed".into(),
                status: Some("5.1.1".into()),
                diagnostic: Some("smtp; 550 5.1.1 <a.silva>: no such user".into()),
            }
        );
        assert!(bounce.recipients[0].is_permanent());
        assert_eq!(bounce.recipients[1].address, "bo@example.com");
        assert!(!bounce.recipients[1].is_permanent());
    }

    #[test]
    fn a_report_may_hold_only_the_header_of_the_mail() {
        let mail = parsed(concat!(
            "From: postmaster@mx.example.com\r\n",
            "Content-Type: multipart/report; report-type=\"delivery-status\"; boundary=x\r\n\r\n",
            "--x\r\n\r\nfailed\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n",
            "Reporting-MTA: dns;mx\r\n\r\nFinal-Recipient: rfc822;ana@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\n",
            "--x\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-Id: <m1@shop.example>\r\n--x--\r\n",
        ));
        assert_eq!(
            mail.bounce.unwrap().original_message_id.as_deref(),
            Some("m1@shop.example")
        );
    }

    #[test]
    fn qmail_and_exim_write_their_own_forms() {
        let qmail = parsed(concat!(
            "From: MAILER-DAEMON@mx.example.com\r\n\r\nHi. This is the qmail-send program at mx.example.com.\r\n",
            "I'm afraid I wasn't able to deliver your message.\r\n\r\n<ana@example.com>:\r\n",
            "192.0.2.1 does not like recipient. (#5.1.1)\r\n\r\n",
            "--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <m1@shop.example>\r\n\r\nhi\r\n",
        ));
        let bounce = qmail.bounce.unwrap();
        assert_eq!(
            bounce.original_message_id.as_deref(),
            Some("m1@shop.example")
        );
        assert_eq!(bounce.recipients[0].address, "ana@example.com");
        assert_eq!(bounce.recipients[0].status.as_deref(), Some("5.1.1"));

        let exim = parsed(concat!(
            "From: Mail Delivery System <Mailer-Daemon@mx>\r\nX-Failed-Recipients: ana@example.com\r\n",
            "Auto-Submitted: auto-replied\r\n\r\nA message that you sent could not be delivered.\r\n\r\n",
            "------ This is a copy of the message, including all the headers. ------\r\n\r\n",
            "Message-ID: <m1@shop.example>\r\n\r\nhi\r\n",
        ));
        let bounce = exim.bounce.unwrap();
        assert_eq!(bounce.recipients[0].address, "ana@example.com");
        assert_eq!(
            bounce.original_message_id.as_deref(),
            Some("m1@shop.example")
        );
    }

    #[test]
    fn a_customer_who_quotes_a_bounce_is_no_bounce() {
        let mail = parsed(simple(
            "",
            "I got this: Hi. This is the qmail-send program, what now?\r\n",
        ));
        assert_eq!(mail.bounce, None);
        assert_eq!(mail.automatic, None);
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_parsing_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2_000)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_pieces_of_mail_make_parsing_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        let _ = parse(pieces.concat().as_bytes());
    }
}

const PIECES: &[&str] = &[
    "From: a@b.c\r\n",
    "From: \"",
    "<a@b>",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n",
    "--x\r\n",
    "--x--\r\n",
    "--x",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: message/delivery-status\r\n",
    "Content-Type: text/html\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "=E9=",
    "====",
    "4oKs",
    "Subject: =?utf-8?B?4oKs?= =?x?Q?=FF?=\r\n",
    "References: <a@b> <",
    "Date: Mon, 99 Foo 0000 99:99:99 +9999\r\n",
    "Final-Recipient: rfc822;\r\n",
    "X-Failed-Recipients: a@b\r\n",
    "<p><b>x",
    "\0",
    "é",
    " ",
    "\t",
    ";",
    "charset=",
    "Content-Disposition: attachment; filename*0*=utf-8''%E2%82; filename*1*=%AC\r\n",
    "Message-ID: <>\r\n",
];
