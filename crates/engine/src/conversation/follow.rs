//! What happens to conversations when people turn out to be others than they seemed.
//!
//! A conversation belongs to the customer of the identifier that started it, so most of them follow by
//! themselves. Only where one customer's lines stand in another's conversation (they were merged, and now are
//! not) something moves: those lines go to where they would have gone had the two never been merged. In their
//! place stays an internal note that says so; its number stays taken, so the timeline keeps having no gaps.

use crate::Setup;
use crate::conversation::append::{NewEntry, append_as};
use crate::conversation::fact;
use crate::conversation::join::{
    Beginning, Interaction, begin, interaction, lock, read_interaction,
};
use crate::conversation::read::{Entry, read_entry};
use crate::error::Result;
use crate::identity::Moved;
use crate::queries::conversation as queries;
use crate::rating;
use serde_json::json;
use std::collections::BTreeMap;
use throughline_model::id::{ConversationId, CustomerId};
use throughline_storage::{Hint, Tx, params};

/// Moves lines out of conversations of other customers, after `moved` identifiers changed theirs.
///
/// # Errors
/// When the database fails.
pub fn follow(tx: &mut Tx<'_>, setup: &Setup, moved: &Moved) -> Result<()> {
    for identifier in moved.keys() {
        let strays = tx.all(&queries::STRAYS, params![*identifier], |row| {
            Ok(Stray {
                line: read_interaction(row)?,
                customer: row.get("line_customer")?,
                brand: row.get("brand")?,
            })
        })?;
        let mut by_customer: BTreeMap<(ConversationId, CustomerId), Vec<Stray>> = BTreeMap::new();
        for stray in strays {
            by_customer
                .entry((stray.line.conversation, stray.customer))
                .or_default()
                .push(stray);
        }
        for ((from, customer), lines) in by_customer {
            move_lines(tx, setup, from, customer, &lines)?;
        }
    }
    Ok(())
}

struct Stray {
    line: Interaction,
    customer: CustomerId,
    brand: String,
}

/// Moves all lines of one customer out of one conversation, keeping their order among each other.
fn move_lines(
    tx: &mut Tx<'_>,
    setup: &Setup,
    from: ConversationId,
    customer: CustomerId,
    lines: &[Stray],
) -> Result<()> {
    lock(tx, from)?;
    let Some(first) = lines.first() else {
        return Ok(());
    };
    let mut entries: Vec<(Entry, &Interaction)> = Vec::new();
    for stray in lines {
        let found = tx.all(
            &queries::ENTRIES_OF_INTERACTION,
            params![from, stray.line.id],
            read_entry,
        )?;
        entries.extend(found.into_iter().map(|entry| (entry, &stray.line)));
    }
    entries.sort_by_key(|(entry, _)| entry.seq);
    let to = destination(tx, setup, from, customer, first)?;
    let mut new_lines = BTreeMap::new();
    for stray in lines {
        let line = &stray.line;
        let id = interaction(tx, setup, to, line.endpoint, line.channel, line.identifier)?;
        tx.execute(&queries::MOVE_MAIL, params![line.id, to, id])?;
        new_lines.insert(line.id, id);
    }
    for (entry, line) in entries {
        let moved = NewEntry {
            conversation: to,
            at: entry.at,
            kind: entry.kind,
            direction: entry.direction,
            author: entry.author.clone(),
            interaction: new_lines.get(&line.id).copied(),
            channel: entry.channel,
            public: entry.public,
            text: entry.text.clone(),
            body: entry.body.clone(),
        };
        let note = json!({ "moved_to": to, "why": "this line turned out to be somebody else's" });
        tx.execute(
            &queries::WITHDRAW_ENTRY,
            params![from, entry.seq, setup.clock.new_id(), note],
        )?;
        let seq = append_as(tx, setup, entry.id, &moved)?;
        tx.execute(&queries::MOVE_ATTACHMENTS, params![entry.id, to])?;
        tx.execute(&queries::MOVE_INBOUND, params![from, entry.seq, to, seq])?;
        tx.execute(
            &queries::MOVE_DELIVERIES,
            params![from, entry.seq, to, seq, moved.interaction],
        )?;
        move_fact(tx, from, entry.seq, to, seq)?;
    }
    for one in [from, to] {
        rating::recount(tx, one)?;
        tx.execute(&queries::RECOUNT_WAITING, params![one])?;
    }
    for stray in lines {
        tx.execute(&queries::RETIRE_INTERACTION, params![stray.line.id])?;
    }
    tx.hint(Hint::Changed { conversation: from });
    tx.hint(Hint::Changed { conversation: to });
    Ok(())
}

/// Where these lines would have gone: the customer's own open conversation, or one of their own.
fn destination(
    tx: &mut Tx<'_>,
    setup: &Setup,
    from: ConversationId,
    customer: CustomerId,
    first: &Stray,
) -> Result<ConversationId> {
    let since = setup.clock.now() - setup.reopen_ms;
    let values = params![
        customer,
        first.line.identifier,
        first.line.endpoint,
        since,
        from
    ];
    if let Some(own) = tx.optional(&queries::JOINABLE, values, |row| row.get("id"))? {
        lock(tx, own)?;
        return Ok(own);
    }
    let beginning = Beginning {
        identifier: first.line.identifier,
        endpoint: first.line.endpoint,
        brand: &first.brand,
        subject: None,
        at: first.line.started_at,
    };
    begin(tx, setup, beginning)
}

fn move_fact(
    tx: &mut Tx<'_>,
    from: ConversationId,
    seq: i64,
    to: ConversationId,
    new_seq: i64,
) -> Result<()> {
    if let Some(told) = tx.optional(&queries::FACT_AT, params![from, seq], fact::read)? {
        tx.execute(&queries::DROP_FACT, params![from, seq])?;
        tx.execute(
            &queries::SET_FACT,
            params![to, &told.name, &told.value, new_seq, told.at],
        )?;
    }
    Ok(())
}
