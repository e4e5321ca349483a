//! Reply text, measured on whole messages with texts a person would keep.
#![expect(clippy::unwrap_used, reason = "a missing fixture fails the test")]
#![expect(clippy::print_stdout, reason = "the scores are the report")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use proptest::prelude::*;
use throughline_mail::reply_text::{from_html, from_plain};

/// The share of each set that must come out exactly as expected.
const BAR: f64 = 0.90;

fn set(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/reply_text")
        .join(name)
}

/// One message with the text a person would keep of it.
struct Case {
    name: String,
    expected: String,
    /// One reading of the message per placeholder value; all must come out right.
    actual: Vec<String>,
}

fn cases(name: &str) -> Vec<Case> {
    let mut paths: Vec<PathBuf> = fs::read_dir(set(name).join("expected"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| case(name, path)).collect()
}

fn case(set_name: &str, expected: &Path) -> Case {
    let name = expected.file_name().unwrap().to_str().unwrap().to_owned();
    let inputs = set(set_name).join("input");
    let read = |file: &str| String::from_utf8(fs::read(inputs.join(file)).unwrap()).unwrap();
    let actual = if let Some(mail) = name.strip_suffix(".plain.txt") {
        vec![from_plain(&alternative(&read(mail), false)).text]
    } else if let Some(mail) = name.strip_suffix(".eml.html.txt") {
        vec![from_html(&alternative(&read(&format!("{mail}.eml")), true)).text]
    } else if let Some(page) = name.strip_suffix(".html.txt") {
        vec![from_html(&read(&format!("{page}.html"))).text]
    } else if name.starts_with("annotated_") {
        vec![from_plain(&without_annotations(without_header(&read(&name)))).text]
    } else {
        filled_in(&without_annotations(&read(&name)))
            .iter()
            .map(|body| from_plain(body).text)
            .collect()
    };
    let expected = fs::read_to_string(expected)
        .unwrap()
        .trim_end_matches('\n')
        .to_owned();
    Case {
        name,
        expected,
        actual,
    }
}

/// The first text or HTML part of a mail.
fn alternative(mail: &str, html: bool) -> String {
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    if html {
        message.body_html(0).unwrap().into_owned()
    } else {
        message.body_text(0).unwrap().into_owned()
    }
}

/// talon's corpora mark lines with `#sig#` and `#reply#`.
fn without_annotations(body: &str) -> String {
    body.replace("#sig#", "").replace("#reply#", "")
}

/// The mail without its own header lines.
fn without_header(mail: &str) -> &str {
    let mut rest = mail;
    while rest.starts_with("From: ") || rest.starts_with("Subject: ") || rest.starts_with("Date: ")
    {
        rest = rest.split_once('\n').unwrap().1;
    }
    rest
}

/// Attribution lines of many clients, in place of the placeholder in a message.
const ATTRIBUTIONS: &[&str] = &[
    "On Tue, 2011-03-01 at 18:02 +0530, Abhishek Kona wrote:",
    "On 5 Mar 2024, at 09:12, Jo Field <jo@field.example> wrote:",
    "On Tuesday, March 5, 2024 at 9:12 AM Jo Field <jo@field.example> wrote:",
    "2014-03-20 8:48 GMT+01:00 Jo Field <jo@field.example>:",
    "Le 19 mars 2014 10:37, Cédric Lombard <cedric@lombard.example> a écrit :",
    "Le 19/03/2014 11:34, Georges du Chemin a écrit :",
    "El 19/03/2014 11:34, Juan Pérez <juan@perez.example> escribió:",
    "El mar., 5 mar. 2024 9:12, Juan Pérez <juan@perez.example> escribió:",
    "Em 19/03/2014 11:34, João Lima <joao@lima.example> escreveu:",
    "W dniu 7 stycznia 2015 15:24 użytkownik Paweł Nowak <pawel@nowak.example> napisał:",
    "Den 08/06/2015 kl. 21.33 skrev Test User <test@user.example>:",
    "Den tis 5 mars 2024 kl 09:12 skrev Test User <test@user.example>:",
    "Am 25.06.2015 um 10:55 schrieb Test User:",
    "Am Di., 5. März 2024 um 09:12 Uhr schrieb Test User <test@user.example>:",
    "Op 17-feb.-2015, om 13:18 heeft Test User <test@user.example> het volgende geschreven:",
    "Op di 5 mrt 2024 om 09:12 schreef Test User <test@user.example>:",
    "Il giorno 5 mar 2024, alle ore 09:12, Test User <test@user.example> ha scritto:",
    "ti 5. maalisk. 2024 klo 9.12 Test User (test@user.example) kirjoitti:",
    "út 5. 3. 2024 v 9:12 odesílatel Test User <test@user.example> napsal:",
    "2015年3月5日 下午2:23，Test User <test@user.example> 写道：",
    "在 2016年11月8日，下午2:23，Test User <test@user.example> 写道：",
    "2016/11/08 14:26、Test User <test@user.example> のメッセージ:",
    "2016. 11. 8. 오후 12:39 Test User <test@user.example> 작성:",
    "вт, 5 мар. 2024 г. в 09:12, Test User <test@user.example>:",
    "5 марта 2024 г., в 09:12, Test User <test@user.example> написал(а):",
    "Στις Τρί, 5 Μαρ 2024 στις 9:12 π.μ., ο χρήστης Test User <test@user.example> έγραψε:",
    "Test User <test@user.example>, 5 Mar 2024 Sal, 09:12 tarihinde şunu yazdı:",
    "\"Test User\" <test@user.example> schrieb:",
];

/// Header lines that may open a message.
const FROM_LINES: &[&str] = &[
    "From: foo@example.com <foo@example.com>",
    "De: Foo <foo@example.com>",
    "Van: foo@example.com <foo@example.com>",
    "Da: foo@example.com <foo@example.com>",
    "Von: Foo Bar <foo@example.com>",
];

fn filled_in(body: &str) -> Vec<String> {
    if body.contains("[DATE]") {
        ATTRIBUTIONS
            .iter()
            .map(|line| body.replace("[DATE]", line))
            .collect()
    } else if body.contains("[FROM]") {
        FROM_LINES
            .iter()
            .map(|line| body.replace("[FROM]", line))
            .collect()
    } else {
        vec![body.to_owned()]
    }
}

fn score(name: &str) -> f64 {
    let cases = cases(name);
    let mut exact = 0_u32;
    for case in &cases {
        match case.actual.iter().find(|actual| **actual != case.expected) {
            None => exact += 1,
            Some(actual) => {
                println!(
                    "{name}/{}\n--- kept\n{:.2000}\n--- expected\n{:.2000}\n---",
                    case.name, actual, case.expected
                );
            }
        }
    }
    println!("reply text {name}: {exact} of {} exact", cases.len());
    f64::from(exact) / f64::from(u32::try_from(cases.len()).unwrap())
}

#[test]
fn crisp_messages_keep_the_senders_words() {
    assert!(score("crisp") >= BAR);
}

#[test]
fn github_messages_keep_the_senders_words() {
    assert!(score("github") >= BAR);
}

#[test]
fn zapier_messages_keep_the_senders_words() {
    assert!(score("zapier") >= BAR);
}

#[test]
fn talon_messages_keep_the_senders_words() {
    assert!(score("talon") >= BAR);
}

#[test]
fn messages_of_other_clients_and_languages_keep_the_senders_words() {
    assert!(score("own") >= BAR);
    assert!(score("later") >= BAR);
    assert!(score("last") >= BAR);
}

#[test]
fn every_attribution_line_is_known() {
    for line in ATTRIBUTIONS {
        let reply = from_plain(&format!(
            "Thank you very much.\n\n{line}\n\nThis is my previous mail\n"
        ));
        assert_eq!(reply.text, "Thank you very much.", "{line}");
        assert!(reply.quoted, "{line}");
    }
}

#[test]
fn a_message_that_only_quotes_is_empty() {
    let reply = from_plain(
        "On 5 Mar 2024, at 09:12, Jo Field <jo@field.example> wrote:\n\n> Is it blue?\n",
    );
    assert_eq!(reply.text, "");
    assert!(reply.quoted && reply.stripped);
}

#[test]
fn a_message_that_is_only_a_signature_is_not_lost() {
    assert_eq!(
        from_plain("Regards,\nJo Field\n").text,
        "Regards,\nJo Field"
    );
    assert_eq!(
        from_plain("Sent from my iPhone\n").text,
        "Sent from my iPhone"
    );
}

#[test]
fn the_signature_is_told_apart() {
    let reply = from_plain(
        "Please call me.\n\nKind regards,\nJo Field\n+44 20 7946 0018\n\nSent from my iPhone\n",
    );
    assert_eq!(reply.text, "Please call me.");
    assert_eq!(
        reply.signature.as_deref(),
        Some("Kind regards,\nJo Field\n+44 20 7946 0018")
    );
    assert!(reply.stripped && !reply.quoted);
}

#[test]
fn a_plain_message_is_left_alone() {
    let reply = from_plain("Hello,  \r\n\r\nwhere is my order?\r\n");
    assert_eq!(reply.text, "Hello,\n\nwhere is my order?");
    assert!(!reply.stripped && !reply.quoted && reply.signature.is_none());
}

/// Sentences and tables that look like what the rules search for.
#[test]
fn words_that_only_look_like_a_signature_or_a_quote_stay() {
    let bodies = [
        "내 휴대폰이 고장났어요.\n언제 수리되나요?",
        "Mein Handy habe ich gestern gesendet\n\nIst es da?",
        "Hello,\n\nSent with machine parts\n\nThe box was open.",
        "Bitte prüfen Sie meine Rechnung.\n\nSie ist zu hoch.",
        "I have an external email address which gets nothing from you.\n\nWhy?",
        "The noise came from outside the flat.\n\nIs that normal?",
        "Please remove these users:\n\nName    Email\n-----------------\nBob     bob@mill.example\nAnn     ann@mill.example",
        "I got this strange mail:\n\nFrom: win@prize.example\nSubject: You won\n\nIs it real?",
        "Run it with\n\n--verbose",
        "Which brand is it?\n\nLG",
        "Please call back.\n\nThanks for your help!",
        "On the other hand, I wrote:\n\nthat it works.",
        "From: here it looks fine.\n\nThe rest does not.",
        "Sent from my office is the best way to send it.\n\nRight?",
    ];
    for body in bodies {
        assert_eq!(from_plain(body).text, body);
    }
}

/// Each body is hundreds of kilobytes of what the rules look for. Anything
/// quadratic would take minutes; the bound leaves room for a slow machine.
#[test]
fn hostile_messages_take_linear_time() {
    const BOUND: Duration = Duration::from_secs(20);
    let bodies = [
        ">".repeat(1_000_000),
        ">\n".repeat(200_000),
        "word ".repeat(200_000),
        "-".repeat(1_000_000),
        "-----\n".repeat(50_000),
        "From: a@b.example\n".repeat(20_000),
        "From:\nX,\n".repeat(20_000),
        "From: a@b.example,\nX,\n".repeat(20_000),
        "On 5 Mar 2024 at 09:12, Jo <jo@x.example> wrote:\n".repeat(5_000),
        "On 5 Mar 2024\n".repeat(20_000),
        "\n".repeat(500_000),
        " ".repeat(1_000_000),
        "hi\n\nSent from my iPhone\n".repeat(20_000),
        "Sent from a place\n".repeat(20_000),
        "Regards,\nJo\n\n".repeat(20_000),
        "```\n".repeat(100_000),
        "<a@b.example".repeat(80_000),
        "a <b\n\n".repeat(50_000),
        "[EXTERNAL]\n\n".repeat(50_000),
    ];
    let pages = [
        "<div>".repeat(200_000),
        "<b id=1><p>".repeat(50_000),
        "<blockquote>hi".repeat(50_000),
        "<!--".repeat(200_000),
    ];
    for body in &bodies {
        let begun = Instant::now();
        assert!(from_plain(body).text.len() <= body.len());
        assert!(begun.elapsed() < BOUND, "{body:.20}: {:?}", begun.elapsed());
    }
    for page in &pages {
        let begun = Instant::now();
        assert!(from_html(page).text.len() <= page.len());
        assert!(begun.elapsed() < BOUND, "{page:.20}: {:?}", begun.elapsed());
    }
}

/// Lines of the kinds the rules look for, to be put together at random.
fn mail_line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-zA-Z ,.?]{0,40}",
        "\\PC{0,30}",
        "> ?[a-z ]{0,70}",
        prop::sample::select(vec![
            "--",
            "-- ",
            "—",
            "-----",
            "________________________________",
            "Regards,",
            "Thanks,",
            "Jo Field",
            "-Jo",
            "jo@field.example",
            "+44 20 7946 0018",
            "Sent from my iPhone",
            "Sent from a torch",
            "PS: one more thing",
            "```",
            ">:",
            "wrote:",
            "From: Jo <jo@field.example>",
            "Sent: Tuesday, March 5, 2024 9:12 AM",
            "To: Support",
            "Subject: Re: Order",
            "-----Original Message-----",
            "On 5 Mar 2024, Jo <jo@field.example",
            "On 5 Mar 2024 at 09:12, Jo <jo@field.example> wrote:",
            "[EXTERNAL]",
            "This email is confidential and intended solely for the addressee.",
            "To unsubscribe from this list",
            "- item",
            "Best, Jo Field",
            "Begin forwarded message:",
            "    indented",
        ])
        .prop_map(str::to_owned),
    ]
}

fn mail_body() -> impl Strategy<Value = String> {
    prop::collection::vec(mail_line(), 0..25).prop_map(|lines| lines.join("\n"))
}

/// The line without white space and invisible characters around it.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'))
}

/// Whether every line with text stands in `body`, in the same order.
fn is_subsequence(text: &str, body: &str) -> bool {
    let mut lines = body.lines().map(bare);
    text.lines()
        .map(bare)
        .filter(|line| !line.is_empty())
        .all(|line| lines.any(|other| other == line))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_read(body in any::<String>()) {
        let reply = from_plain(&body);
        prop_assert!(is_subsequence(&reply.text, &body));
        let _ = from_html(&body);
    }

    #[test]
    fn only_lines_of_the_message_are_kept_in_their_order(body in mail_body()) {
        prop_assert!(is_subsequence(&from_plain(&body).text, &body));
    }

    #[test]
    fn reading_a_reply_again_changes_nothing(body in mail_body()) {
        let once = from_plain(&body).text;
        prop_assert_eq!(from_plain(&once).text, once);
    }

    #[test]
    fn words_are_lost_only_when_something_was_recognised(body in mail_body()) {
        let reply = from_plain(&body);
        if reply.text.is_empty() {
            prop_assert!(reply.quoted || body.trim_matches(|c: char| !c.is_alphanumeric()).is_empty(), "{:?}", body);
        }
    }
}
