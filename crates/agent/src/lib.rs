//! The AI agent's mind, the same for every channel and with or without a language model.
//!
//! ```text
//! customer's words ──▶ understander ──▶ Command ──▶ Executor ──▶ Step ──▶ host (tools, policy, search, sending)
//!                       (built in, or          ▲  reads Dialogue     │
//!                        a language model)     └──────── Event ◀─────┘
//! ```
//!
//! * [`command::Command`]: what the customer wants, typed. Understanders write it: [`understand`] from a
//!   classifier's ranking and [`extract`]ed values; or a language model, held to [`command::schema`]. Values in commands are only
//!   proposals: the executor resolves them against what is really there.
//! * [`dialogue::Dialogue`]: everything remembered between two messages; the host stores it with the conversation.
//! * [`executor::Executor`]: `step(&mut Dialogue, Event, &World) -> Turn`. Deterministic, does no I/O, knows no
//!   channel. A turn is what to say and do, in order; its last step says who is awaited.
//! * [`event::Step::CallTool`]: the host asks the policy first. Refused: [`event::Event::Decided`]. Else it calls, and
//!   reports [`event::Event::ToolReturned`]. A [`event::Confirmation`] binds a yes to exact arguments.
//! * [`utterance::Utterance`]: what to say, typed; [`phrase`] words it for a style at the very end.
//! * [`trace`]: what was heard, decided and done, for people to read.
//!
//! # The host's loop
//!
//! Feed [`event::Event::Heard`] and do what comes back in order. `Say`: phrase and send. `CallTool`,
//! `AskPolicy`, `Search`, `Identify`: do it and feed the answer; exactly one of them may be open. `Wait`: the customer's turn. `HandOff`: say
//! its message, give the conversation to a person; every later event yields nothing until
//! [`dialogue::Dialogue::hand_back`]. An event that answers nothing that is open is ignored and traced.

pub mod command;
pub mod dialogue;
pub mod event;
pub mod executor;
pub mod extract;
pub mod phrase;
pub mod trace;
pub mod understand;
pub mod utterance;
