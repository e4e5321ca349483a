//! SPF, DKIM, DMARC and ARC over mails signed here, with DNS answers put into the cache.
#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dmarc::Dmarc;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::spf::Spf;
use mail_auth::{
    AuthenticatedMessage, AuthenticationResults, DkimOutput, DnsError, Error, MessageAuthenticator,
    Txt,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use throughline_mail::address::MailAddress;
use throughline_mail::build::{DkimSignature, Letterhead, build};
use throughline_mail::evidence::{
    AuthservId, Connection, DnsCache, SenderChecks, from_results_header,
};
use throughline_mail::parse::parse;
use throughline_mail::tokens::MailKeys;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Clock;
use throughline_model::id::{ConversationId, DeliveryId, EndpointId};
use throughline_model::identifier::Identifier;
use throughline_model::inbound::Evidence;
use throughline_model::outbound::Outbound;
use uuid::Uuid;

const HONEST_IP: &str = "192.0.2.10";
const OTHER_IP: &str = "203.0.113.66";

/// A signing key and the record that publishes it.
struct Key {
    pem: String,
    der: Vec<u8>,
    record: String,
}

fn key() -> Key {
    let der = Ed25519Key::generate_pkcs8().unwrap();
    let public = Ed25519Key::from_pkcs8_der(&der).unwrap().public_key();
    Key {
        pem: format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(&der)
        ),
        record: format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(public)),
        der,
    }
}

/// A resolver without servers: whatever is not in the cache fails at once.
fn nowhere() -> MessageAuthenticator {
    let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
    MessageAuthenticator::new(config, ResolverOpts::default()).unwrap()
}

/// The DNS of this test: nothing is asked outside.
struct Dns(DnsCache);

impl Dns {
    /// example.com sends from one address, signs with `key`, and has the DMARC record `dmarc`.
    fn of_example_com(key: &Key, dmarc: Option<&str>) -> Self {
        let dns = Self(DnsCache::default());
        dns.put(
            "s1._domainkey.example.com.",
            Txt::DomainKey(Arc::new(DomainKey::parse(key.record.as_bytes()).unwrap())),
        );
        dns.put(
            "example.com.",
            Txt::Spf(Arc::new(
                Spf::parse(format!("v=spf1 ip4:{HONEST_IP} -all").as_bytes()).unwrap(),
            )),
        );
        match dmarc {
            Some(record) => {
                dns.put(
                    "_dmarc.example.com.",
                    Txt::Dmarc(Arc::new(Dmarc::parse(record.as_bytes()).unwrap())),
                );
            }
            None => dns.nothing("_dmarc.example.com."),
        }
        for name in [
            "_dmarc.com.",
            "evil.example.",
            "_dmarc.evil.example.",
            "_dmarc.example.",
            "client.example.",
        ] {
            dns.nothing(name);
        }
        dns
    }

    fn put(&self, name: &str, answer: Txt) {
        self.0
            .insert_txt(name, answer, Instant::now() + Duration::from_secs(3_600));
    }

    fn nothing(&self, name: &str) {
        self.put(
            name,
            Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain))),
        );
    }

    fn fails(&self, name: &str) {
        self.put(
            name,
            Txt::Error(Error::Dns(DnsError::Resolver("no answer".into()))),
        );
    }

    fn checks(self) -> SenderChecks {
        SenderChecks::new(nowhere(), self.0)
    }
}

/// A mail of ours, signed as example.com would.
fn signed(key: &Key) -> Vec<u8> {
    let letterhead = Letterhead {
        from: MailAddress::named("Ana", "ana@example.com"),
        message_id_domain: "example.com".into(),
        plus_addressing: false,
        dkim: Some(DkimSignature::new("example.com", "s1", &key.pem).unwrap()),
    };
    let message = Outbound {
        delivery: DeliveryId(Uuid::from_u128(2)),
        conversation: ConversationId(Uuid::from_u128(1)),
        endpoint: EndpointId(Uuid::from_u128(3)),
        client_message_id: "c1".into(),
        to: Identifier::email("support@shop.example").unwrap(),
        to_name: None,
        text: "Where is my order?".into(),
        subject: Some("Order".into()),
        in_reply_to: None,
        references: vec![],
        automatic: false,
        files: vec![],
    };
    let keys = MailKeys::new(*b"a secret of thirty-two bytes....").unwrap();
    build(&message, &letterhead, &keys, Clock::system().now())
        .unwrap()
        .bytes
}

async fn check(checks: &SenderChecks, raw: &[u8], peer: &str, mail_from: &str) -> Evidence {
    let peer: IpAddr = peer.parse().unwrap();
    let connection = Connection {
        peer,
        helo: "client.example",
        mail_from,
        host: "mx.shop.example",
    };
    checks.check(raw, &parse(raw).unwrap(), &connection).await
}

fn proven() -> (Assurance, Option<String>, bool) {
    (Assurance::WEAK, Some("dmarc".into()), false)
}

fn summary(evidence: &Evidence) -> (Assurance, Option<String>, bool) {
    (
        evidence.assurance,
        evidence.method.clone(),
        evidence.contradicted,
    )
}

const UNPROVEN: (Assurance, Option<String>, bool) = (Assurance::NONE, None, false);
const CONTRADICTED: (Assurance, Option<String>, bool) = (Assurance::NONE, None, true);

#[tokio::test]
async fn a_signature_of_the_authors_domain_vouches_for_the_address() {
    let key = key();
    let checks = Dns::of_example_com(&key, Some("v=DMARC1; p=reject")).checks();
    let evidence = check(&checks, &signed(&key), OTHER_IP, "bounce@evil.example").await;
    assert_eq!(summary(&evidence), proven(), "{evidence:?}");
    assert_eq!(evidence.details["dkim"], "pass");
    assert_eq!(evidence.details["domain"], "example.com");
}

#[tokio::test]
async fn the_authors_own_server_vouches_without_a_signature() {
    let checks = Dns::of_example_com(&key(), Some("v=DMARC1; p=reject")).checks();
    let raw = b"From: ana@example.com\r\nSubject: hi\r\n\r\nhello\r\n";
    let evidence = check(&checks, raw, HONEST_IP, "ana@example.com").await;
    assert_eq!(summary(&evidence), proven(), "{evidence:?}");
    assert_eq!(evidence.details["spf"], "pass");
}

#[tokio::test]
async fn a_forged_author_is_contradicted_when_the_domain_says_so() {
    let raw = b"From: ana@example.com\r\nSubject: hi\r\n\r\nhello\r\n";
    for (policy, expected) in [
        (Some("v=DMARC1; p=reject"), CONTRADICTED),
        (Some("v=DMARC1; p=quarantine"), CONTRADICTED),
        (Some("v=DMARC1; p=none"), UNPROVEN),
        (None, UNPROVEN),
    ] {
        let checks = Dns::of_example_com(&key(), policy).checks();
        let evidence = check(&checks, raw, OTHER_IP, "ana@example.com").await;
        assert_eq!(summary(&evidence), expected, "{policy:?} {evidence:?}");
        let evidence = check(&checks, raw, OTHER_IP, "mallory@evil.example").await;
        assert_eq!(summary(&evidence), expected, "{policy:?} {evidence:?}");
        let evidence = check(&checks, raw, OTHER_IP, "").await;
        assert_eq!(summary(&evidence), expected, "{policy:?} {evidence:?}");
    }
}

#[tokio::test]
async fn a_signed_mail_that_was_changed_is_worth_nothing() {
    let key = key();
    let checks = Dns::of_example_com(&key, Some("v=DMARC1; p=reject")).checks();
    let changed = String::from_utf8(signed(&key))
        .unwrap()
        .replace("Where is my order?", "Cancel my order!");
    let evidence = check(&checks, changed.as_bytes(), OTHER_IP, "ana@example.com").await;
    assert_eq!(summary(&evidence), CONTRADICTED, "{evidence:?}");
    let another_subject = String::from_utf8(signed(&key))
        .unwrap()
        .replace("Subject: Order", "Subject: Cancel\r\nSubject: Order");
    let evidence = check(
        &checks,
        another_subject.as_bytes(),
        OTHER_IP,
        "ana@example.com",
    )
    .await;
    assert_eq!(summary(&evidence), CONTRADICTED, "{evidence:?}");
}

#[tokio::test]
async fn two_authors_are_never_proven() {
    let key = key();
    let checks = Dns::of_example_com(&key, Some("v=DMARC1; p=reject")).checks();
    for raw in [
        "From: ceo@shop.example\r\nFrom: ana@example.com\r\n\r\nhi\r\n",
        "From: ana@example.com\r\nFrom: ceo@shop.example\r\n\r\nhi\r\n",
        "From: ana@example.com, ceo@shop.example\r\n\r\nhi\r\n",
        "From: ana@example.com, eve@example.com\r\n\r\nhi\r\n",
    ] {
        let evidence = check(&checks, raw.as_bytes(), HONEST_IP, "ana@example.com").await;
        assert_eq!(evidence.assurance, Assurance::NONE, "{raw} {evidence:?}");
    }
}

#[tokio::test]
async fn when_dns_does_not_answer_nothing_is_proven_and_nobody_is_accused() {
    let raw = b"From: ana@example.com\r\n\r\nhello\r\n";
    for name in ["example.com.", "_dmarc.example.com."] {
        let dns = Dns::of_example_com(&key(), Some("v=DMARC1; p=reject"));
        dns.fails(name);
        let evidence = check(&dns.checks(), raw, HONEST_IP, "ana@example.com").await;
        assert_eq!(summary(&evidence), UNPROVEN, "{name} {evidence:?}");
        assert_eq!(evidence.details["dmarc"], "temperror");
    }
}

#[tokio::test]
async fn a_mail_with_a_hundred_signatures_is_not_worked_through() {
    let key = key();
    let checks = Dns::of_example_com(&key, Some("v=DMARC1; p=reject")).checks();
    let once = String::from_utf8(signed(&key)).unwrap();
    let (signature, _) = once.split_once("\r\nFrom: ").unwrap();
    let evidence = check(
        &checks,
        format!("{}{once}", format!("{signature}\r\n").repeat(100)).as_bytes(),
        HONEST_IP,
        "ana@example.com",
    )
    .await;
    assert_eq!(summary(&evidence), UNPROVEN, "{evidence:?}");
}

/// What a forwarder does: it notes what it found, and seals.
async fn forwarded(key: &Key, forwarder: &Key) -> Vec<u8> {
    let original = signed(key);
    let message = AuthenticatedMessage::parse(&original).unwrap();
    let no_dkim: [DkimOutput<'_>; 0] = [];
    let results = AuthenticationResults::new("lists.forwarder.example")
        .with_dkim_results(&no_dkim, "ana@example.com");
    let arc = nowhere().verify_arc(&message).await;
    let seal = ArcSealer::from_key(Ed25519Key::from_pkcs8_der(&forwarder.der).unwrap())
        .domain("forwarder.example")
        .selector("a1")
        .headers(["From", "To", "Subject", "Date", "Message-ID"])
        .seal(&message, &results, &arc)
        .unwrap();
    format!(
        "{}{}",
        seal.to_header(),
        String::from_utf8(original).unwrap()
    )
    .into_bytes()
}

#[tokio::test]
async fn a_trusted_forwarder_excuses_but_does_not_vouch() {
    let (author, forwarder) = (key(), key());
    let sealed = forwarded(&author, &forwarder).await;
    let dns = || {
        let dns = Dns::of_example_com(&author, Some("v=DMARC1; p=reject"));
        // The author's own signature is gone: the record was withdrawn.
        dns.nothing("s1._domainkey.example.com.");
        dns.put(
            "a1._domainkey.forwarder.example.",
            Txt::DomainKey(Arc::new(
                DomainKey::parse(forwarder.record.as_bytes()).unwrap(),
            )),
        );
        dns
    };
    let strict = dns().checks();
    let evidence = check(&strict, &sealed, OTHER_IP, "list@evil.example").await;
    assert_eq!(summary(&evidence), CONTRADICTED, "{evidence:?}");
    assert_eq!(evidence.details["arc"], "pass");
    let trusting = dns()
        .checks()
        .trusting_sealers(["Forwarder.example".to_owned()]);
    let evidence = check(&trusting, &sealed, OTHER_IP, "list@evil.example").await;
    assert_eq!(summary(&evidence), UNPROVEN, "{evidence:?}");
    assert_eq!(evidence.details["arc_trusted"], "forwarder.example");
}

mod the_results_header_of_a_mailbox_server {
    use super::*;

    fn read(headers: &str, id: Option<&str>) -> Evidence {
        let raw = format!("{headers}From: Ana <ana@example.com>\r\nSubject: hi\r\n\r\nhello");
        let id = id.map(|id| AuthservId::new(id).unwrap());
        from_results_header(raw.as_bytes(), &parse(raw.as_bytes()).unwrap(), id.as_ref())
    }

    const PASS: &str = "Authentication-Results: mx.mail.example; dkim=pass header.d=example.com;\r\n \
                        spf=softfail (no; reason) smtp.mailfrom=x.example; dmarc=pass (p=REJECT sp=REJECT) header.from=example.com\r\n";

    #[test]
    fn counts_when_it_is_the_trusted_servers() {
        let evidence = read(PASS, Some("MX.mail.example"));
        assert_eq!(summary(&evidence), proven(), "{evidence:?}");
        assert_eq!(evidence.details["spf"], "softfail");
        let fails = PASS.replace("dmarc=pass", "dmarc=fail");
        assert_eq!(
            summary(&read(&fails, Some("mx.mail.example"))),
            CONTRADICTED
        );
        let only_watching = fails.replace("p=REJECT sp=REJECT", "p=NONE");
        assert_eq!(
            summary(&read(&only_watching, Some("mx.mail.example"))),
            UNPROVEN
        );
        let unusual = "Authentication-Results: \"mx.mail.example\" 1; dmarc=fail policy.dmarc=quarantine header.from=example.com\r\n";
        assert_eq!(
            summary(&read(unusual, Some("mx.mail.example"))),
            CONTRADICTED
        );
    }

    #[test]
    fn never_counts_otherwise() {
        let forged = PASS.replace("mx.mail.example", "mx.evil.example");
        let theirs_on_top = format!("{forged}{PASS}");
        let other_author = PASS.replace("header.from=example.com", "header.from=evil.example");
        let hidden_in_comment =
            "Authentication-Results: mx.mail.example (; dmarc=pass header.from=example.com)\r\n";
        let hidden_in_quotes = "Authentication-Results: mx.mail.example; x=\"; dmarc=pass header.from=example.com\"\r\n";
        let two_verdicts = "Authentication-Results: mx.mail.example; dmarc=fail (p=none) header.from=example.com;\r\n dmarc=pass header.from=example.com\r\n";
        let arc_only = PASS.replace(
            "Authentication-Results:",
            "ARC-Authentication-Results: i=1;",
        );
        for (headers, id) in [
            (PASS, None),
            (PASS, Some("mx.other.example")),
            (forged.as_str(), Some("mx.mail.example")),
            (theirs_on_top.as_str(), Some("mx.mail.example")),
            (other_author.as_str(), Some("mx.mail.example")),
            (hidden_in_comment, Some("mx.mail.example")),
            (hidden_in_quotes, Some("mx.mail.example")),
            (two_verdicts, Some("mx.mail.example")),
            (arc_only.as_str(), Some("mx.mail.example")),
            ("Authentication-Results:\r\n", Some("mx.mail.example")),
            ("", Some("mx.mail.example")),
        ] {
            assert_eq!(summary(&read(headers, id)), UNPROVEN, "{headers} {id:?}");
        }
        assert_eq!(AuthservId::new("  "), None);
    }

    #[test]
    fn never_proves_one_of_two_authors() {
        let raw = format!("{PASS}From: ana@example.com\r\nFrom: ceo@shop.example\r\n\r\nhi");
        let id = AuthservId::new("mx.mail.example");
        let evidence =
            from_results_header(raw.as_bytes(), &parse(raw.as_bytes()).unwrap(), id.as_ref());
        assert_eq!(evidence.assurance, Assurance::NONE);
    }
}
