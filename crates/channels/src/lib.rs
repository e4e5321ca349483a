//! Channels: what each medium's wire format says, and the adapters that carry messages out.
//!
//! A channel verifies and normalises what comes in ([`throughline_model::inbound`]) and puts what goes
//! out into its provider's form ([`throughline_model::outbound`]). It knows nothing of the engine.

pub mod email;
pub mod sms;
