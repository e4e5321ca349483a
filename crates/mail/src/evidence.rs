//! What SPF, DKIM, DMARC and ARC say about the sender of a mail.
//!
//! The rules, in the order they apply:
//!
//! 1. DMARC passes (SPF or DKIM passes for the domain of the one From address): assurance 1, method
//!    `dmarc`. The domain vouches for the address; nothing is said about the person.
//! 2. DMARC fails and the domain asks for quarantine or rejection of such mail: `contradicted`. The
//!    domain itself says this mail is not from there.
//! 3. Rule 2 does not apply to a mail whose ARC chain is intact and was last sealed by a forwarder
//!    the operator trusts: forwarding breaks SPF and often DKIM. It gains no assurance either.
//! 4. Anything else (no policy, policy `none`, a DNS failure, several authors) proves nothing:
//!    assurance 0, not contradicted. The details say what was found.

mod dns_cache;
mod results_header;

pub use dns_cache::DnsCache;
pub use results_header::{AuthservId, from_results_header};

use crate::parse::ParsedMail;
use mail_auth::dmarc::{Policy, verify::DmarcParameters};
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    ArcOutput, AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult,
    MessageAuthenticator, SpfOutput, SpfResult,
};
use serde_json::{Value, json};
use std::net::IpAddr;
use throughline_model::assurance::Assurance;
use throughline_model::inbound::Evidence;

/// Most DKIM signatures and ARC sets verified of one mail; each costs DNS lookups and a pass over
/// the body. Honest mail has one to three.
const SIGNATURES: usize = 10;

/// The SMTP connection a mail came over.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'a> {
    /// The other side's address.
    pub peer: IpAddr,
    /// The name it gave in EHLO.
    pub helo: &'a str,
    /// The envelope sender; empty for the null return path.
    pub mail_from: &'a str,
    /// Our own host name.
    pub host: &'a str,
}

/// Verifies where mail comes from.
pub struct SenderChecks {
    authenticator: MessageAuthenticator,
    cache: DnsCache,
    trusted_sealers: Vec<String>,
}

impl SenderChecks {
    /// Checks that ask DNS through `authenticator` and remember answers in `cache`.
    pub fn new(authenticator: MessageAuthenticator, cache: DnsCache) -> Self {
        Self {
            authenticator,
            cache,
            trusted_sealers: Vec::new(),
        }
    }

    /// Checks that ask the DNS servers this machine is set up with.
    ///
    /// # Errors
    /// When the machine's resolver settings cannot be read.
    pub fn with_system_dns() -> Result<Self, String> {
        let authenticator =
            MessageAuthenticator::new_system_conf().map_err(|error| error.to_string())?;
        Ok(Self::new(authenticator, DnsCache::default()))
    }

    /// Trusts the ARC seals of these forwarders' domains.
    #[must_use]
    pub fn trusting_sealers(mut self, domains: impl IntoIterator<Item = String>) -> Self {
        self.trusted_sealers = domains
            .into_iter()
            .map(|domain| domain.to_ascii_lowercase())
            .collect();
        self
    }

    /// What is known about the sender of `raw`, which is `mail` before it was taken apart.
    pub async fn check(
        &self,
        raw: &[u8],
        mail: &ParsedMail,
        connection: &Connection<'_>,
    ) -> Evidence {
        let Some(message) = AuthenticatedMessage::parse(raw) else {
            return unproven("unreadable");
        };
        if message.dkim_headers.len() > SIGNATURES || message.as_headers.len() > SIGNATURES {
            return unproven("too many signatures");
        }
        let dkim = self.authenticator.verify_dkim(self.cached(&message)).await;
        let arc = self.authenticator.verify_arc(self.cached(&message)).await;
        let spf = self.spf(connection).await;
        let envelope_domain = domain_of(connection.mail_from).unwrap_or(connection.helo);
        let dmarc = self
            .authenticator
            .verify_dmarc(self.cached(DmarcParameters {
                message: &message,
                dkim_output: &dkim,
                dkim2_output: None,
                rfc5321_mail_from_domain: envelope_domain,
                spf_output: &spf,
            }))
            .await;
        self.judge(
            mail,
            &Findings {
                spf: &spf,
                dkim: &dkim,
                dmarc: &dmarc,
                arc: &arc,
            },
        )
    }

    async fn spf(&self, connection: &Connection<'_>) -> SpfOutput {
        let Connection {
            peer,
            helo,
            mail_from,
            host,
        } = *connection;
        // The null return path is checked by the greeting's name (RFC 7208, section 2.4).
        let parameters = if mail_from.is_empty() {
            SpfParameters::verify_ehlo(peer, helo, host)
        } else {
            SpfParameters::verify_mail_from(peer, helo, host, mail_from)
        };
        self.authenticator.verify_spf(self.cached(parameters)).await
    }

    fn cached<P>(&self, parameters: P) -> dns_cache::Cached<'_, P> {
        self.cache.parameters(parameters)
    }

    fn judge(&self, mail: &ParsedMail, found: &Findings<'_>) -> Evidence {
        let author = mail.from.as_ref().and_then(|from| from.domain());
        let verdict = found.verdict();
        // What DMARC looked at must be what people will see as the author.
        let same_author = mail.from_is_unambiguous
            && author
                .as_deref()
                .is_some_and(|domain| same_domain(domain, found.dmarc.domain()));
        let excused = self.excused_by(found.arc);
        let enforced = matches!(found.dmarc.policy(), Policy::Quarantine | Policy::Reject);
        let proven = verdict == "pass" && same_author;
        let contradicted = verdict == "fail" && enforced && excused.is_none();
        let details = json!({
            "spf": spf_word(found.spf.result()),
            "dkim": dkim_word(found.dkim),
            "dmarc": verdict,
            "policy": policy_word(found.dmarc.policy()),
            "arc": dkim_result_word(found.arc.result()),
            "arc_trusted": excused,
            "domain": author,
        });
        by_dmarc(proven, contradicted, details)
    }

    /// The trusted forwarder that last sealed an intact ARC chain.
    fn excused_by(&self, arc: &ArcOutput<'_>) -> Option<String> {
        if *arc.result() != DkimResult::Pass {
            return None;
        }
        let sealer = arc.sets().last()?.seal.header.d.to_ascii_lowercase();
        self.trusted_sealers.contains(&sealer).then_some(sealer)
    }
}

struct Findings<'a> {
    spf: &'a SpfOutput,
    dkim: &'a [DkimOutput<'a>],
    dmarc: &'a DmarcOutput,
    arc: &'a ArcOutput<'a>,
}

impl Findings<'_> {
    fn verdict(&self) -> &'static str {
        let results = [self.dmarc.spf_result(), self.dmarc.dkim_result()];
        let any = |wanted: fn(&DmarcResult) -> bool| results.iter().any(|result| wanted(result));
        let policy_found = !matches!(self.dmarc.policy(), Policy::Unspecified);
        let unsure = any(|result| matches!(result, DmarcResult::TempError(_)))
            || self.spf.result() == SpfResult::TempError
            || self
                .dkim
                .iter()
                .any(|output| matches!(output.result(), DkimResult::TempError(_)));
        if any(|result| *result == DmarcResult::Pass) {
            "pass"
        } else if unsure {
            "temperror"
        } else if policy_found {
            // With a policy, not passing is failing, whether or not anything was there to check.
            "fail"
        } else {
            "none"
        }
    }
}

/// What a verdict of DMARC comes to, whoever found it.
fn by_dmarc(proven: bool, contradicted: bool, details: Value) -> Evidence {
    Evidence {
        assurance: if proven {
            Assurance::WEAK
        } else {
            Assurance::NONE
        },
        method: proven.then(|| "dmarc".to_owned()),
        contradicted,
        details,
    }
}

fn unproven(why: &str) -> Evidence {
    Evidence {
        details: json!({ "dmarc": "none", "why": why }),
        ..Evidence::default()
    }
}

fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// Domains in any spelling: international ones may be written either way.
fn same_domain(a: &str, b: &str) -> bool {
    let normal = |domain: &str| url::Host::parse(domain.trim_end_matches('.')).ok();
    matches!((normal(a), normal(b)), (Some(a), Some(b)) if a == b)
}

fn dkim_word(outputs: &[DkimOutput<'_>]) -> &'static str {
    let words: Vec<_> = outputs
        .iter()
        .map(|output| dkim_result_word(output.result()))
        .collect();
    ["pass", "temperror", "fail", "permerror", "neutral"]
        .into_iter()
        .find(|word| words.contains(word))
        .unwrap_or("none")
}

fn dkim_result_word(result: &DkimResult) -> &'static str {
    match result {
        DkimResult::Pass => "pass",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::Fail(_) => "fail",
        DkimResult::PermError(_) => "permerror",
        DkimResult::TempError(_) => "temperror",
        DkimResult::None => "none",
    }
}

fn spf_word(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}

fn policy_word(policy: Policy) -> &'static str {
    match policy {
        Policy::None => "none",
        Policy::Quarantine => "quarantine",
        Policy::Reject => "reject",
        Policy::Unspecified => "unspecified",
    }
}
