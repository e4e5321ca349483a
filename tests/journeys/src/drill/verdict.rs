//! What the database and the carrier say about what was promised.

use super::writer::Acknowledged;
use crate::carrier::Carrier;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::time::Duration;
use throughline_storage::{Db, Query, Result, Row, params};
use uuid::Uuid;

const ENTRIES: Query = Query::plain(
    "drill.entries",
    "SELECT conversation_id, seq, text FROM entry ORDER BY conversation_id, seq",
);
const CONVERSATIONS: Query = Query::plain(
    "drill.conversations",
    "SELECT id, last_seq FROM conversation",
);
const DELIVERIES: Query = Query::plain(
    "drill.deliveries",
    "SELECT id, status FROM delivery WHERE channel = 'sms'",
);

/// How a drill went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How often the server was killed.
    pub kills: u32,
    /// Messages of customers that were acknowledged.
    pub messages: u64,
    /// Answers of agents that were acknowledged.
    pub answers: u64,
    /// Acknowledged and not there, or not where the acknowledgement said.
    pub lost: u64,
    /// There more than once.
    pub duplicated: u64,
    /// Stored after a message that was written later, by the same writer in the same conversation.
    pub out_of_order: u64,
    /// Conversations whose numbers are not 1 to n.
    pub with_gaps: u64,
    /// Outbox rows the carrier has exactly once.
    pub delivered: u64,
    /// Outbox rows nobody can know the fate of, which the carrier has at most once.
    pub unknown: u64,
    /// Outbox rows that never reached the carrier, or stand where they must not stay.
    pub undelivered: u64,
    /// Outbox rows the carrier has more than once.
    pub sent_twice: u64,
    /// Messages the carrier has and no outbox row tells of.
    pub unaccounted: u64,
    /// What the server refused.
    pub refused: Vec<String>,
    /// The slowest of its starts, until it was ready.
    pub slowest_start: Duration,
    /// How long the outbox took to come to rest.
    pub settled_in: Duration,
}

impl Report {
    /// True when every promise was kept.
    pub fn is_clean(&self) -> bool {
        let broken = [
            self.lost,
            self.duplicated,
            self.out_of_order,
            self.with_gaps,
            self.undelivered,
            self.sent_twice,
            self.unaccounted,
        ];
        broken.iter().all(|count| *count == 0)
            && self.refused.is_empty()
            && self.messages > 0
            && self.delivered > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: [(&str, u64); 12] = [
            ("kills", self.kills.into()),
            ("messages acknowledged", self.messages),
            ("answers acknowledged", self.answers),
            ("lost", self.lost),
            ("duplicated", self.duplicated),
            ("out of order", self.out_of_order),
            ("conversations with gaps", self.with_gaps),
            ("delivered once", self.delivered),
            ("unknown", self.unknown),
            ("undelivered", self.undelivered),
            ("sent twice", self.sent_twice),
            ("unaccounted at the carrier", self.unaccounted),
        ];
        for (name, count) in rows {
            writeln!(f, "{name:<28}{count:>10}")?;
        }
        writeln!(
            f,
            "{:<28}{:>7} ms",
            "slowest start",
            self.slowest_start.as_millis()
        )?;
        writeln!(
            f,
            "{:<28}{:>8} s",
            "outbox at rest after",
            self.settled_in.as_secs()
        )?;
        for refused in self.refused.iter().take(5) {
            writeln!(f, "refused: {refused}")?;
        }
        Ok(())
    }
}

/// Everything the database has of one text.
type Found = HashMap<String, Vec<(Uuid, i64)>>;

pub(super) async fn judge(db: &Db, carrier: &Carrier, written: &[Acknowledged]) -> Report {
    let entries = read(db, &ENTRIES, |row| {
        Ok((
            row.get::<Uuid>("conversation_id")?,
            row.get::<i64>("seq")?,
            row.get::<String>("text")?,
        ))
    })
    .await;
    let conversations = read(db, &CONVERSATIONS, |row| {
        Ok((row.get::<Uuid>("id")?, row.get::<i64>("last_seq")?))
    })
    .await;
    let deliveries = read(db, &DELIVERIES, |row| {
        Ok((row.get::<Uuid>("id")?, row.get::<String>("status")?))
    })
    .await;
    let mut report = Report::default();
    let mut numbers: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    let mut found = Found::new();
    for (conversation, seq, text) in entries {
        numbers.entry(conversation).or_default().push(seq);
        found.entry(text).or_default().push((conversation, seq));
    }
    for (conversation, last_seq) in conversations {
        let stored = numbers.remove(&conversation).unwrap_or_default();
        report.with_gaps += u64::from(!stored.iter().copied().eq(1..=last_seq));
    }
    report.with_gaps += numbers.len() as u64;
    for one in written {
        judge_writer(&mut report, &found, one);
    }
    judge_deliveries(&mut report, carrier, &deliveries);
    report
}

fn judge_writer(report: &mut Report, found: &Found, told: &Acknowledged) {
    match told.answers {
        true => report.answers += told.count,
        false => report.messages += told.count,
    }
    report
        .refused
        .extend(told.refused.iter().map(|why| format!("{}{why}", told.name)));
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    for n in 1..=told.count {
        let places = found
            .get(&format!("{}{n}", told.name))
            .map_or(&[][..], Vec::as_slice);
        report.lost += u64::from(places.is_empty());
        report.duplicated += (places.len() as u64).saturating_sub(1);
        for (conversation, seq) in places {
            let before = last.insert(*conversation, *seq);
            report.out_of_order += u64::from(before.is_some_and(|before| before >= *seq));
        }
    }
    for (n, conversation, seq) in &told.places {
        let places = found
            .get(&format!("{}{n}", told.name))
            .map_or(&[][..], Vec::as_slice);
        report.lost += u64::from(!places.contains(&(*conversation, *seq)));
    }
}

fn judge_deliveries(report: &mut Report, carrier: &Carrier, deliveries: &[(Uuid, String)]) {
    let taken = carrier.count_by_delivery();
    for (id, status) in deliveries {
        match (taken.get(id).copied().unwrap_or(0), status.as_str()) {
            (2.., _) => report.sent_twice += 1,
            (_, "unknown") => report.unknown += 1,
            (1, "sent" | "delivered") => report.delivered += 1,
            _ => report.undelivered += 1,
        }
    }
    let known: HashSet<Uuid> = deliveries.iter().map(|(id, _)| *id).collect();
    report.unaccounted = taken.keys().filter(|id| !known.contains(id)).count() as u64;
}

async fn read<T: Send + 'static>(
    db: &Db,
    query: &'static Query,
    map: impl Fn(&Row<'_>) -> Result<T> + Send + 'static,
) -> Vec<T> {
    db.read(move |tx| tx.all(query, params![], &map))
        .await
        .unwrap()
}
