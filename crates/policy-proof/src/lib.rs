//! Proofs about a policy, before it is published.
//!
//! A test tries some requests, a proof covers all there can be. Rules are translated to logic by `cedar-policy-symcc`
//! and decided by [cvc5](https://cvc5.github.io), a process of its own (Debian package `cvc5`). Where that is absent
//! there are no proofs, and [`Prover::start`] says so; the replay of recorded requests still stands.
//!
//! * [`Prover::laws`], [`Prover::delivery_laws`]: what every policy must keep,
//! * [`Prover::channel_swap`]: whether the channel could make a difference, for rules that may even name it,
//! * [`Prover::compare`]: what an edit loosens and tightens.

mod compare;
mod counterexample;
mod law;
mod prover;
mod twin;

pub use compare::{Comparison, Shift};
pub use law::{DELIVERY_LAWS, LAWS, Law};
pub use prover::{Prover, Refuted, Verdict};
