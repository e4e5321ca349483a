//! Conversations: the customer's issue across channels, with its case state, entries and facts.
//!
//! * [`join_or_start`]: which conversation a message belongs to,
//! * [`append`]: one more line of the timeline, numbered without gaps,
//! * [`change`]: the case's state, and [`set_fact`]: what the customer has told,
//! * [`inbox`]: the list people work from, [`said`]: what was said in any of them, and [`open_line`]: writing to a
//!   customer on another channel,
//! * [`ask_callback`]: a customer who is to be called back,
//! * [`note`]: words for colleagues, and [`release`]: work somebody leaves behind,
//! * [`follow`]: what happens to conversations when people turn out to be others than they seemed.

mod append;
mod callback;
mod fact;
mod follow;
mod inbox;
mod join;
mod line;
mod note;
mod read;
mod release;
mod said;
mod state;
mod tag;

pub use append::{Author, NewEntry, append};
pub use callback::{
    Callback, CallbackState, NewCallback, ask_callback, end_callback, is_called_elsewhere,
};
pub(crate) use callback::{amend_callback, no_callback};
pub use fact::{Fact, facts, set_fact};
pub use follow::follow;
pub use inbox::{InboxFilter, InboxOrder, InboxPlace, InboxRow, InboxWords, Whose, inbox};
pub(crate) use join::contact;
pub use join::{
    Interaction, Joined, Wanted, interaction, interaction_by_id, interactions, join_or_start,
    last_interaction, lock, mark_read,
};
pub use line::{NewLine, open_line};
pub use note::{NewNote, note};
pub use read::{
    Conversation, Entry, Filter, View, entries, entry, get, list, of_customer, timeline,
};
pub use release::release;
pub use said::{Said, bring_words, said};
pub use state::{Change, change};
pub(crate) use tag::tag_set;
pub use tag::{checked_tag, known_tags};
