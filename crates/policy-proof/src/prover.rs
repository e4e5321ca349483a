//! The solver, and what it is asked.

use crate::counterexample;
use cedar_policy::{PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicySet};
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};

/// How long a solver may take for everything it is asked, in milliseconds.
const LIMIT_MS: u32 = 60_000;

/// A running solver; it ends with this value.
pub struct Prover {
    compiler: CedarSymCompiler<LocalSolver>,
}

/// What became of one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProofVerdict)]
pub struct Verdict {
    /// What was claimed.
    pub claim: String,
    /// For how many actions it was proven.
    pub proven: usize,
    /// The actions for which it is wrong.
    pub refuted: Vec<Refuted>,
}

impl Verdict {
    /// True when it was proven for all actions, and there were some.
    pub fn holds(&self) -> bool {
        self.proven > 0 && self.refuted.is_empty()
    }
}

/// An action for which a claim is wrong or could not be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProofRefuted)]
pub struct Refuted {
    /// The action.
    pub action: String,
    /// A request and the records with which the claim fails, or why there is no answer.
    pub counterexample: String,
}

/// How two sets of rules are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Whatever the first allows, the second allows.
    Implies,
    /// Both allow the same.
    Equivalent,
}

impl Prover {
    /// Starts a solver; `None` when there is no cvc5 on this machine, so that proofs are skipped. Within tokio.
    ///
    /// The program is the one that the environment variable `CVC5` names, or else `cvc5` on the path.
    ///
    /// # Errors
    /// When it is there and does not start.
    pub async fn start() -> Result<Option<Self>, String> {
        let program = program();
        if !is_installed(&program) {
            return Ok(None);
        }
        let mut solver = tokio::process::Command::new(program);
        solver
            .args(["--lang", "smt"])
            .arg(format!("--tlimit={LIMIT_MS}"))
            .kill_on_drop(true);
        let solver =
            LocalSolver::from_command(&mut solver).map_err(|error| format!("cvc5: {error}"))?;
        let compiler = CedarSymCompiler::new(solver).map_err(|error| format!("cvc5: {error}"))?;
        Ok(Some(Self { compiler }))
    }

    /// Proves a relation between two sets of rules for every action of a schema.
    pub(crate) async fn relate(
        &mut self,
        claim: &str,
        schema: &Schema,
        first: &PolicySet,
        relation: Relation,
        second: &PolicySet,
    ) -> Verdict {
        let mut verdict = Verdict {
            claim: claim.to_owned(),
            proven: 0,
            refuted: Vec::new(),
        };
        for env in schema.request_envs() {
            match self.differ(schema, &env, first, relation, second).await {
                Ok(None) => verdict.proven += 1,
                Ok(Some(counterexample)) | Err(counterexample) => {
                    let action = env.action().id().unescaped().to_owned();
                    verdict.refuted.push(Refuted {
                        action,
                        counterexample,
                    });
                }
            }
        }
        verdict
    }

    /// A request for which the relation fails.
    pub(crate) async fn differ(
        &mut self,
        schema: &Schema,
        env: &RequestEnv,
        first: &PolicySet,
        relation: Relation,
        second: &PolicySet,
    ) -> Result<Option<String>, String> {
        let undecided = |error: cedar_policy_symcc::err::Error| format!("undecided: {error}");
        let first = CompiledPolicySet::compile(first, env, schema).map_err(undecided)?;
        let second = CompiledPolicySet::compile(second, env, schema).map_err(undecided)?;
        let found = match relation {
            Relation::Implies => {
                let check = self
                    .compiler
                    .check_implies_with_counterexample_opt(&first, &second);
                check.await
            }
            Relation::Equivalent => {
                let check = self
                    .compiler
                    .check_equivalent_with_counterexample_opt(&first, &second);
                check.await
            }
        };
        found
            .map(|found| found.as_ref().map(counterexample::told))
            .map_err(undecided)
    }
}

fn program() -> String {
    std::env::var("CVC5").unwrap_or_else(|_| "cvc5".to_owned())
}

fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
