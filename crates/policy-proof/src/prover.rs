//! The solver, and what it is asked.

use cedar_policy::{PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicySet, Env};
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};

/// A running solver.
pub struct Prover {
    compiler: CedarSymCompiler<LocalSolver>,
}

/// What became of one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        if !is_installed() {
            return Ok(None);
        }
        let solver = LocalSolver::cvc5().map_err(|error| format!("cvc5: {error}"))?;
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
            .map(|found| found.as_ref().map(written))
            .map_err(undecided)
    }
}

fn is_installed() -> bool {
    let program = std::env::var("CVC5").unwrap_or_else(|_| "cvc5".to_owned());
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn written(counterexample: &Env) -> String {
    let entities = counterexample.entities.to_json_value();
    let entities = entities.map_or_else(|error| error.to_string(), |json| json.to_string());
    format!("{} with {entities}", counterexample.request)
}
