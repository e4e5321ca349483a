//! Nothing of a mail is lost: every leaf part that mail-parser's own golden files list for its
//! fixtures is in our text, our HTML or one of our files.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use throughline_mail::parse::{ParsedMail, parse};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/mail_parser")
        .join(folder);
    let mut mails: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    mails.sort();
    mails
}

/// Letters and digits only: line ends and blank lines are ours to choose.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

struct Kept {
    text: String,
    html: String,
    files: Vec<(Vec<u8>, String)>,
}

impl Kept {
    fn of(mail: &ParsedMail) -> Self {
        Self {
            text: squeezed(&mail.text),
            html: squeezed(mail.html.as_deref().unwrap_or_default()),
            files: mail
                .files
                .iter()
                .map(|file| {
                    (
                        file.body.to_vec(),
                        squeezed(&String::from_utf8_lossy(&file.body)),
                    )
                })
                .collect(),
        }
    }

    fn has_text(&self, text: &str) -> bool {
        let text = squeezed(text);
        self.text.contains(&text)
            || self.html.contains(&text)
            || self.files.iter().any(|(_, file)| file.contains(&text))
    }

    fn has_bytes(&self, bytes: &[u8]) -> bool {
        self.files.iter().any(|(file, _)| file == bytes)
    }
}

fn bytes_of(value: &Value) -> Vec<u8> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap())
        .collect()
}

/// What of the golden's parts is missing.
fn lost(golden: &Value, raw: &[u8], kept: &Kept, mail: &ParsedMail) -> Vec<String> {
    let mut lost = Vec::new();
    for (number, part) in golden["parts"].as_array().unwrap().iter().enumerate() {
        let (kind, content) = part["body"].as_object().unwrap().iter().next().unwrap();
        let found = match kind.as_str() {
            // A file in another charset keeps its own bytes.
            "Text" | "Html" => {
                kept.has_text(content.as_str().unwrap()) || keeps_original(part, raw, kept)
            }
            "Binary" | "InlineBinary" => kept.has_bytes(&bytes_of(content)),
            "Message" => attached_mail(part, content, raw, mail),
            "Multipart" => true,
            other => panic!("the golden has an unknown part: {other}"),
        };
        if !found {
            lost.push(
                format!("part {number}: {kind} {content}")
                    .chars()
                    .take(300)
                    .collect(),
            );
        }
    }
    lost
}

fn slice<'a>(part: &Value, raw: &'a [u8]) -> &'a [u8] {
    let offset = |name: &str| usize::try_from(part[name].as_u64().unwrap()).unwrap();
    &raw[offset("offset_body")..offset("offset_end")]
}

fn keeps_original(part: &Value, raw: &[u8], kept: &Kept) -> bool {
    kept.has_bytes(slice(part, raw))
        || mail_parser::decoders::base64::base64_decode(slice(part, raw))
            .is_some_and(|bytes| kept.has_bytes(&bytes))
        || mail_parser::decoders::quoted_printable::quoted_printable_decode(slice(part, raw))
            .is_some_and(|bytes| kept.has_bytes(&bytes))
}

/// An attached mail is kept whole, so that its own parts are in there.
fn attached_mail(part: &Value, content: &Value, raw: &[u8], mail: &ParsedMail) -> bool {
    let original = String::from_utf8_lossy(slice(part, raw)).into_owned();
    let whole = squeezed(&original);
    if mail
        .files
        .iter()
        .any(|file| squeezed(&String::from_utf8_lossy(&file.body)).contains(&whole))
    {
        return true;
    }
    if squeezed(&mail.text).contains(&whole) {
        return true;
    }
    // It came in a transfer encoding: what we kept must read as the same mail.
    mail.files.iter().any(|file| {
        parse(&file.body)
            .is_ok_and(|inner| lost(content, &file.body, &Kept::of(&inner), &inner).is_empty())
    })
}

fn check(folder: &str, expected: usize) {
    let mails = fixtures(folder);
    assert_eq!(mails.len(), expected, "a fixture of {folder} is missing");
    let mut failures = Vec::new();
    for path in mails {
        let raw = fs::read(&path).unwrap();
        let lf: Vec<u8> = raw.iter().copied().filter(|byte| *byte != b'\r').collect();
        let mut crlf = Vec::new();
        for byte in &lf {
            if *byte == b'\n' {
                crlf.push(b'\r');
            }
            crlf.push(*byte);
        }
        for (bytes, golden_name) in [(&lf, "json"), (&crlf, "crlf.json")] {
            let golden = fs::read(path.with_extension(golden_name)).unwrap();
            let golden: Value = serde_json::from_slice(&golden).unwrap();
            let mail = parse(bytes).unwrap();
            for part in lost(&golden, bytes, &Kept::of(&mail), &mail) {
                failures.push(format!("{} ({golden_name}): {part}", path.display()));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} parts lost:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_mails_of_the_standards_lose_nothing() {
    check("rfc", 10);
}

#[test]
fn the_mails_of_old_clients_lose_nothing() {
    check("legacy", 54);
}
