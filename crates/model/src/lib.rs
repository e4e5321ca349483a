//! The vocabulary of Throughline: the same word in SQL, Rust, JSON and on screen.
//!
//! Nothing here does I/O. Every other crate speaks in these types:
//!
//! * [`id`]: one newtype per thing that has an identity,
//! * [`channel`]: the media a customer may use, and the [`channel::ChannelAdapter`] contract,
//! * [`identifier`]: phone numbers, addresses and handles, always in normal form,
//! * [`assertion`]: the words for evidence about who is who,
//! * [`assurance`]: how well the person in one interaction is proven,
//! * [`inbound`] and [`outbound`]: what a channel hands to intake, and what delivery hands back,
//! * [`conversation`]: case state, entries of the timeline, facts,
//! * [`prompt`]: what a message asks for: choices, a form, and their answers,
//! * [`internet`]: which addresses are out on the internet,
//! * [`clock`]: time and randomness, passed in so that tests are deterministic.

pub mod assertion;
pub mod assurance;
pub mod channel;
pub mod clock;
pub mod conversation;
pub mod id;
pub mod identifier;
pub mod inbound;
pub mod internet;
pub mod number;
pub mod outbound;
pub mod prompt;
pub mod words;
