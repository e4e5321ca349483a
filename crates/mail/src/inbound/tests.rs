#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::parse::parse;
use throughline_model::assurance::Assurance;
use throughline_model::id::DeliveryId;
use uuid::Uuid;

const NOON: Millis = 1_772_442_000_000;
const ANA: &str = "ana@example.com";

fn keys() -> MailKeys {
    MailKeys::new(*b"a secret of thirty-two bytes....").unwrap()
}

fn issue() -> ConversationId {
    ConversationId(Uuid::from_u128(1))
}

fn ours() -> String {
    keys().message_id(issue(), DeliveryId(Uuid::from_u128(2)), ANA, "shop.example")
}

fn vouched() -> Evidence {
    Evidence {
        assurance: Assurance::WEAK,
        method: Some("dmarc".into()),
        ..Evidence::default()
    }
}

fn received(raw: &str, envelope: &Envelope) -> Result<Inbound, BadMail> {
    let raw = Bytes::from(raw.to_owned());
    let mail = parse(&raw).unwrap();
    let endpoint = EndpointId(Uuid::from_u128(9));
    to_inbound(
        endpoint,
        raw,
        mail,
        envelope,
        vouched(),
        &keys(),
        &Clock::fixed(NOON),
    )
}

fn from_imap(raw: &str) -> Inbound {
    received(raw, &Envelope::default()).unwrap()
}

#[test]
fn a_mail_reaches_intake_whole() {
    let raw = "From: Ana <Ana@Example.com>\r\nSubject: hi\r\nMessage-ID: <m1@example.com>\r\n\
               In-Reply-To: <x@y>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nhello";
    let inbound = from_imap(raw);
    assert_eq!(inbound.channel, Channel::Email);
    assert_eq!(inbound.from.value, ANA);
    assert_eq!(inbound.from_name.as_deref(), Some("Ana"));
    assert_eq!(inbound.content.text, "hello");
    assert_eq!(inbound.content.subject.as_deref(), Some("hi"));
    assert_eq!(inbound.thread.message_id.as_deref(), Some("m1@example.com"));
    assert_eq!(inbound.thread.references, ["x@y"]);
    assert_eq!(inbound.thread.conversation, None);
    assert_eq!(inbound.evidence, vouched());
    assert_eq!(inbound.sent_at, NOON);
    assert!(!inbound.automatic);
    assert_eq!(inbound.raw.body.as_ref(), raw.as_bytes());
    assert!(inbound.provider_id.starts_with("m1@example.com#"));
}

#[test]
fn a_date_in_the_future_or_before_mail_existed_is_not_believed() {
    for date in [
        "Tue, 3 Mar 2099 00:00:00 +0000",
        "Thu, 1 Jan 1970 00:00:00 +0000",
        "yesterday",
        "",
    ] {
        let inbound = from_imap(&format!("From: {ANA}\r\nDate: {date}\r\n\r\nhi"));
        assert_eq!(inbound.sent_at, NOON, "{date}");
    }
}

#[test]
fn an_answer_names_its_conversation_by_our_message_id_first() {
    let other = ConversationId(Uuid::from_u128(7));
    let plus = keys()
        .plus_address("support@shop.example", other, ANA)
        .unwrap();
    let both = format!(
        "From: {ANA}\r\nTo: {plus}\r\nReferences: <a@b> <{}> <c@d>\r\n\r\nhi",
        ours()
    );
    assert_eq!(from_imap(&both).thread.conversation, Some(issue()));
    let only_plus = format!("From: {ANA}\r\nTo: {plus}\r\nReferences: <a@b>\r\n\r\nhi");
    assert_eq!(from_imap(&only_plus).thread.conversation, Some(other));
    let hidden = Envelope {
        mail_from: Some(ANA.into()),
        rcpt_to: vec![plus],
    };
    let by_envelope = received(&format!("From: {ANA}\r\n\r\nhi"), &hidden).unwrap();
    assert_eq!(by_envelope.thread.conversation, Some(other));
}

#[test]
fn a_subject_never_names_a_conversation() {
    let inbound = from_imap(&format!(
        "From: {ANA}\r\nSubject: Re: [{}] {}\r\n\r\nhi",
        issue(),
        ours()
    ));
    assert_eq!(inbound.thread.conversation, None);
}

#[test]
fn a_token_is_worthless_from_another_address_or_with_a_guessed_tag() {
    let plus = keys()
        .plus_address("support@shop.example", issue(), ANA)
        .unwrap();
    let copied = format!(
        "From: mallory@example.com\r\nTo: {plus}\r\nIn-Reply-To: <{}>\r\n\r\nhi",
        ours()
    );
    let inbound = from_imap(&copied);
    assert_eq!(inbound.thread.conversation, None);
    // The id still goes to whoever stores messages, who also asks whether Mallory takes part.
    assert_eq!(inbound.thread.references, [ours()]);
    let (ids, _) = ours()
        .rsplit_once('.')
        .map(|(ids, rest)| (ids.to_owned(), rest.to_owned()))
        .unwrap();
    let (ids, _) = ids.rsplit_once('.').unwrap();
    let guessed = format!(
        "From: {ANA}\r\nIn-Reply-To: <{ids}.aaaaaaaaaaaaaaaaaaaaaaaaaa@shop.example>\r\n\r\nhi"
    );
    assert_eq!(from_imap(&guessed).thread.conversation, None);
}

#[test]
fn a_stranger_cannot_suppress_a_mail_by_sending_its_message_id_first() {
    let genuine = from_imap(&format!(
        "From: {ANA}\r\nMessage-ID: <m1@example.com>\r\n\r\nPlease cancel"
    ));
    let squatter =
        from_imap("From: mallory@example.com\r\nMessage-ID: <m1@example.com>\r\n\r\nPlease cancel");
    let forger = from_imap(&format!(
        "From: {ANA}\r\nMessage-ID: <m1@example.com>\r\n\r\nhaha"
    ));
    assert_ne!(genuine.provider_id, squatter.provider_id);
    assert_ne!(genuine.provider_id, forger.provider_id);
    let again = format!(
        "Received: by mx2\r\nFrom: {ANA}\r\nMessage-ID: <m1@example.com>\r\n\r\nPlease cancel\r\n"
    );
    assert_eq!(genuine.provider_id, from_imap(&again).provider_id);
}

#[test]
fn a_mail_without_author_comes_from_its_envelope_sender_unproven() {
    let envelope = Envelope {
        mail_from: Some("Bo@example.com".into()),
        rcpt_to: vec![],
    };
    let inbound = received("Subject: hi\r\n\r\nhello", &envelope).unwrap();
    assert_eq!(inbound.from.value, "bo@example.com");
    assert_eq!(inbound.evidence.assurance, Assurance::NONE);
    assert_eq!(inbound.evidence.method, None);
    let nobody = Envelope {
        mail_from: Some(String::new()),
        rcpt_to: vec![],
    };
    for envelope in [nobody, Envelope::default()] {
        assert_eq!(
            received("From: not an address\r\n\r\nhello", &envelope).err(),
            Some(BadMail::NoSender)
        );
    }
}

#[test]
fn a_null_return_path_is_never_answered_automatically() {
    let envelope = Envelope {
        mail_from: Some(String::new()),
        rcpt_to: vec![],
    };
    assert!(
        received(&format!("From: {ANA}\r\n\r\nhi"), &envelope)
            .unwrap()
            .automatic
    );
}
