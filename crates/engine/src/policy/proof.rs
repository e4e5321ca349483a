//! What holds for all requests there can be, and what an edit changes about them.

use super::Compiled;
use super::in_force::InForce;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use throughline_model::words;
use throughline_policy_proof::{Comparison, Prover, Shift, Verdict};

/// How long proving may take before it counts as undecided.
const LIMIT: Duration = Duration::from_secs(90);

words! {
    /// What became of the proofs.
    Proven {
        /// Every law holds.
        Held = "held",
        /// A law is broken, or it could not be decided whether it is.
        Refuted = "refuted",
        /// There is no solver here (Debian package cvc5), so nothing was proven.
        Skipped = "skipped",
    }
}

/// The proofs of an edit.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyProofs)]
pub struct Proofs {
    /// What became of them.
    pub outcome: Proven,
    /// The same in a sentence.
    pub note: String,
    /// Each law that every policy must keep; those that are broken with a request that shows it.
    pub laws: Vec<Verdict>,
    /// Each action for which the edit permits more or less than what is in force, with a request that shows it.
    pub shifts: Vec<Comparison>,
}

impl Proofs {
    /// Why nothing may be published without an administrator; none when nothing is against it.
    pub fn objection(&self) -> Option<String> {
        if self.outcome != Proven::Refuted {
            return None;
        }
        let broken = self.laws.iter().filter(|law| !law.holds()).map(|law| {
            let example = law.refuted.first();
            let example = example.map_or("no action", |refuted| &refuted.counterexample);
            format!("{}: wrong for\n{example}", law.claim)
        });
        let lines: Vec<String> = std::iter::once(self.note.clone()).chain(broken).collect();
        Some(lines.join("\n"))
    }
}

/// Proves the laws for `edit`, and compares it with what is in force.
///
/// # Errors
/// When the solver is there and does not start.
pub async fn prove(in_force: &InForce, edit: &Compiled) -> Result<Proofs> {
    let failed = |error: String| Error::Conflict(format!("nothing could be proven: {error}"));
    let Some(mut prover) = Prover::start().await.map_err(failed)? else {
        return Ok(Proofs {
            outcome: Proven::Skipped,
            note: "proofs were skipped: cvc5 is not installed here (Debian: apt install cvc5)"
                .to_owned(),
            laws: Vec::new(),
            shifts: Vec::new(),
        });
    };
    let proving = async {
        match edit {
            Compiled::Business(edit) => {
                let laws = prover.laws(edit).await?;
                let before = in_force.business.get();
                Ok((laws, prover.compare(&before, edit).await))
            }
            Compiled::Delivery(edit) => {
                let laws = prover.delivery_laws(edit).await?;
                let before = in_force.delivery.get();
                Ok((laws, prover.compare_delivery(&before, edit).await))
            }
        }
    };
    Ok(match tokio::time::timeout(LIMIT, proving).await {
        Ok(Ok((laws, shifts))) => report(laws, shifts),
        Ok(Err(error)) => undecided(error),
        Err(_) => undecided("the solver took too long".to_owned()),
    })
}

fn report(laws: Vec<Verdict>, shifts: Result<Vec<Comparison>, String>) -> Proofs {
    let broken = laws.iter().filter(|law| !law.holds()).count();
    let (outcome, mut note) = match broken {
        0 => (Proven::Held, format!("all {} laws hold", laws.len())),
        _ => (
            Proven::Refuted,
            format!("{broken} of {} laws do not hold", laws.len()),
        ),
    };
    let shifts = shifts.unwrap_or_else(|error| {
        // Rules over other words: there is nothing to compare, and the laws stand.
        note.push_str("; what the edit loosens and tightens cannot be told: ");
        note.push_str(&error);
        Vec::new()
    });
    Proofs {
        outcome,
        note,
        laws,
        shifts: shifts
            .into_iter()
            .filter(|shift| shift.shift != Shift::Same)
            .collect(),
    }
}

fn undecided(error: String) -> Proofs {
    Proofs {
        outcome: Proven::Refuted,
        note: format!("it could not be decided whether the laws hold: {error}"),
        laws: Vec::new(),
        shifts: Vec::new(),
    }
}
