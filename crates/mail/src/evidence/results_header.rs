//! The verdict of the mail server a mailbox is on, for mail fetched over IMAP: the connection it came
//! over is gone, so the server's own `Authentication-Results` (RFC 8601) is all there is.
//!
//! Anybody can write such a header into a mail. It counts only when the operator has named the
//! server's authserv-id, and then only the topmost one: servers put theirs on top, and must remove
//! forged ones that claim their id (RFC 8601, section 5).

use super::{by_dmarc, same_domain, unproven};
use crate::parse::ParsedMail;
use mail_parser::{HeaderName, MessageParser};
use serde_json::json;
use throughline_model::inbound::Evidence;

/// The name a trusted mail server signs its verdicts with, such as `mx.shop.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthservId(String);

impl AuthservId {
    /// The id as the server writes it. None when there is nothing in it: an empty id would trust
    /// everybody.
    pub fn new(id: &str) -> Option<Self> {
        let id = id.trim().to_ascii_lowercase();
        let sound =
            !id.is_empty() && !id.contains(|c: char| c.is_whitespace() || c == ';' || c == '(');
        sound.then_some(Self(id))
    }
}

/// One method's result, such as `dmarc=fail (p=reject) header.from=shop.example`.
#[derive(Debug, Default, PartialEq, Eq)]
struct MethodResult {
    method: String,
    result: String,
    properties: Vec<(String, String)>,
    comments: String,
}

/// What the topmost `Authentication-Results` of `raw` says, if it is by `server`.
pub fn from_results_header(raw: &[u8], mail: &ParsedMail, server: Option<&AuthservId>) -> Evidence {
    let Some(server) = server else {
        return unproven("no trusted authserv-id is configured");
    };
    let Some(value) = topmost(raw) else {
        return unproven("no Authentication-Results header");
    };
    let (id, results) = parse(&value);
    if id != server.0 {
        return unproven("the topmost Authentication-Results header is by another server");
    }
    judge(mail, &results)
}

fn judge(mail: &ParsedMail, results: &[MethodResult]) -> Evidence {
    let word = |method: &str| {
        let mut all = results
            .iter()
            .filter(|result| result.method == method)
            .map(|result| result.result.as_str());
        let first = all.next().unwrap_or("none");
        if all.any(|result| result == "pass") {
            "pass"
        } else {
            first
        }
    };
    let author = mail.from.as_ref().and_then(|from| from.domain());
    let verdicts: Vec<_> = results
        .iter()
        .filter(|result| result.method == "dmarc")
        .collect();
    // Two different verdicts mean that the header was not written by one honest server.
    let verdict = match verdicts.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let about_author = verdict
        .and_then(|verdict| verdict.property("header.from"))
        .is_some_and(|domain| {
            mail.from_is_unambiguous
                && author
                    .as_deref()
                    .is_some_and(|author| same_domain(author, domain))
        });
    let proven = about_author && verdict.is_some_and(|verdict| verdict.result == "pass");
    let refused =
        verdict.is_some_and(|verdict| verdict.result == "fail" && verdict.policy_is_enforced());
    let details = json!({
        "spf": word("spf"),
        "dkim": word("dkim"),
        "dmarc": verdict.map_or("none", |verdict| verdict.result.as_str()),
        "domain": author,
        "by": "authentication-results",
    });
    by_dmarc(proven, refused, details)
}

impl MethodResult {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Servers tell the policy in a comment (`p=REJECT`) or as `policy.dmarc=`. One that does not
    /// tell is taken at its word that the mail failed.
    fn policy_is_enforced(&self) -> bool {
        let policy = self
            .property("policy.dmarc")
            .or_else(|| self.property("policy.published-domain-policy"));
        match policy {
            Some(policy) => policy != "none",
            None => !self
                .comments
                .split([' ', ';', ','])
                .any(|word| word == "p=none"),
        }
    }
}

fn topmost(raw: &[u8]) -> Option<String> {
    let headers = MessageParser::default().parse_headers(raw)?;
    let header = headers
        .headers()
        .iter()
        .find(|header| header.name == HeaderName::AuthenticationResults)?;
    let value = raw.get(header.offset_start() as usize..header.offset_end() as usize)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// The authserv-id and the results of a header's value.
fn parse(value: &str) -> (String, Vec<MethodResult>) {
    let mut statements = statements(value).into_iter();
    let id = statements
        .next()
        .map(|statement| statement.words)
        .unwrap_or_default();
    let id = id
        .first()
        .map(|word| word.to_ascii_lowercase())
        .unwrap_or_default();
    (id, statements.filter_map(method_result).collect())
}

#[derive(Default)]
struct Statement {
    words: Vec<String>,
    comments: String,
}

/// The parts between semicolons; comments and quoted strings may contain semicolons themselves.
fn statements(value: &str) -> Vec<Statement> {
    let mut all = vec![Statement::default()];
    let mut word = String::new();
    let mut depth = 0usize;
    let mut quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let Some(statement) = all.last_mut() else {
            break;
        };
        match c {
            '\\' if quoted || depth > 0 => {
                let escaped = chars.next().unwrap_or_default();
                if depth == 0 {
                    word.push(escaped)
                } else {
                    statement.comments.push(escaped)
                }
            }
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => word.push(c),
            '(' => {
                depth += 1;
                statement.comments.push(' ');
            }
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => statement.comments.push(c.to_ascii_lowercase()),
            ';' => {
                push_word(statement, &mut word);
                all.push(Statement::default());
            }
            c if c.is_whitespace() => push_word(statement, &mut word),
            c => word.push(c),
        }
    }
    if let Some(statement) = all.last_mut() {
        push_word(statement, &mut word);
    }
    all
}

fn push_word(statement: &mut Statement, word: &mut String) {
    if !word.is_empty() {
        statement.words.push(std::mem::take(word));
    }
}

fn method_result(statement: Statement) -> Option<MethodResult> {
    let mut pairs = statement
        .words
        .iter()
        .filter_map(|word| word.split_once('='));
    let (method, result) = pairs.next()?;
    let method = method.split('/').next().unwrap_or(method);
    Some(MethodResult {
        method: method.to_ascii_lowercase(),
        result: result.to_ascii_lowercase(),
        properties: pairs
            .map(|(key, value)| (key.to_ascii_lowercase(), value.to_ascii_lowercase()))
            .collect(),
        comments: statement.comments,
    })
}
