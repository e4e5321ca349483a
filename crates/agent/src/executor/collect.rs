//! Filling slots: from what was said, what is known, what there is only one of, the default; and only then by asking.

use super::candidates::Offer;
use super::values::{joined, plain};
use super::{Flow, Run};
use crate::dialogue::{Candidate, Filled, Known, Pending, Provenance, Question};
use crate::extract::{self, Pick, pick};
use crate::utterance::{Choice, Utterance};
use serde_json::{Value, json};
use throughline_procedure::template::Template;
use throughline_procedure::{Procedure, Slot, SlotKind};

/// The most characters a free text keeps.
const TEXT_LIMIT: usize = 2_000;

/// What a proposed value comes to.
pub(super) enum Resolved {
    /// This.
    Value(Filled),
    /// One of these candidates, by id.
    OneOf(Vec<String>),
    /// It fits nothing.
    Misfit,
}

impl<'a> Run<'a> {
    pub(super) fn collect(&mut self, procedure: &'a Procedure, names: &[String]) -> Flow {
        for name in names {
            let Some(slot) = procedure.slots.get(name) else {
                continue;
            };
            match self.fill_slot(procedure, slot) {
                Flow::On => {}
                flow => return flow,
            }
        }
        Flow::On
    }

    /// Makes sure a slot is filled. [`Flow::On`] when it is.
    pub(super) fn fill_slot(&mut self, procedure: &'a Procedure, slot: &'a Slot) -> Flow {
        let Some(frame) = self.frame() else {
            return Flow::Stop;
        };
        if frame.slots.contains_key(&slot.name) && !frame.proposed.contains_key(&slot.name) {
            return Flow::On;
        }
        if let Some(each) = &slot.each {
            return self.fill_each(procedure, slot, each);
        }
        let candidates = match self.candidates(procedure, slot, &Value::Null) {
            Offer::These(candidates) => candidates,
            Offer::Later(flow) => return flow,
        };
        match self.settle(slot, candidates, &Value::Null) {
            Ok(filled) => {
                self.put(slot, filled);
                Flow::On
            }
            Err(flow) => flow,
        }
    }

    /// A slot that is asked once for each element of a list.
    fn fill_each(&mut self, procedure: &'a Procedure, slot: &'a Slot, each: &str) -> Flow {
        let list = self
            .frame()
            .and_then(|frame| frame.slots.get(each))
            .map(|filled| filled.record.clone());
        let Some(list) = list else {
            return match procedure
                .slots
                .get(each)
                .map(|list| self.fill_slot(procedure, list))
            {
                Some(Flow::On) => Flow::Moved,
                Some(flow) => flow,
                None => Flow::On,
            };
        };
        let elements = match list {
            Value::Array(elements) => elements,
            one => vec![one],
        };
        let so_far = self
            .frame()
            .and_then(|frame| frame.partial.get(&slot.name))
            .map_or(0, Vec::len);
        let Some(element) = elements.get(so_far).cloned() else {
            self.put_each(slot);
            return Flow::On;
        };
        let candidates = match self.candidates(procedure, slot, &element) {
            Offer::These(candidates) => candidates,
            Offer::Later(flow) => return flow,
        };
        match self.settle(slot, candidates, &element) {
            Ok(filled) => {
                let id = plain(&filled.value);
                let candidate = Candidate {
                    id,
                    label: filled.label,
                    words: String::new(),
                    record: filled.record,
                };
                if let Some(frame) = self.frame_mut() {
                    frame
                        .partial
                        .entry(slot.name.clone())
                        .or_default()
                        .push(candidate);
                    frame.narrowed.remove(&slot.name);
                }
                Flow::Moved
            }
            Err(flow) => flow,
        }
    }

    fn put_each(&mut self, slot: &Slot) {
        let parts = self
            .frame_mut()
            .and_then(|frame| frame.partial.remove(&slot.name))
            .unwrap_or_default();
        let filled = of_candidates(&parts.iter().collect::<Vec<_>>(), true, Provenance::Told);
        self.put(slot, filled);
    }

    /// A value, or the flow of asking for it.
    fn settle(
        &mut self,
        slot: &Slot,
        candidates: Vec<Candidate>,
        each: &Value,
    ) -> Result<Filled, Flow> {
        let nothing = slot.from.is_some() && candidates.is_empty();
        if nothing {
            self.hand_off(
                "no_choice",
                None,
                Some(&format!("there is nothing to choose for '{}'", slot.name)),
            );
            return Err(Flow::Stop);
        }
        let offered = self.offered(slot, &candidates);
        let mut misfit = false;
        match self.proposed(slot, &candidates) {
            Some(Resolved::Value(filled)) => return Ok(filled),
            Some(Resolved::OneOf(ids)) => self.narrow(slot, ids),
            Some(Resolved::Misfit) => misfit = true,
            None => {}
        }
        // Words said at the start may be about several elements: they are not guessed apart.
        if each.is_null() || self.single_element(slot) {
            match self.found_in_words(slot, &offered, &candidates) {
                Some(Resolved::Value(filled)) => return Ok(filled),
                Some(Resolved::OneOf(ids)) => self.narrow(slot, ids),
                Some(Resolved::Misfit) => misfit = true,
                None => {}
            }
        }
        if !misfit {
            let found = self.found_in_facts(slot, &offered, &candidates);
            if let Some(found) = found
                .or_else(|| self.only(slot, &offered))
                .or_else(|| self.default(slot, &candidates))
            {
                return Ok(found);
            }
        }
        let offered = self.offered(slot, &candidates);
        self.ask(slot, offered, misfit, each);
        Err(Flow::Stop)
    }

    fn single_element(&self, slot: &Slot) -> bool {
        let list = slot
            .each
            .as_deref()
            .and_then(|each| self.frame()?.slots.get(each));
        list.is_some_and(|list| {
            list.record
                .as_array()
                .is_none_or(|elements| elements.len() == 1)
        })
    }

    /// The candidates to choose from: not those turned down, narrowed by what was said, and those preferred.
    fn offered(&self, slot: &Slot, candidates: &[Candidate]) -> Vec<Candidate> {
        let frame = self.frame();
        let down = frame.and_then(|frame| frame.turned_down.get(&slot.name));
        let narrowed = frame.and_then(|frame| frame.narrowed.get(&slot.name));
        let mut offered = candidates.to_vec();
        keep_unless_empty(&mut offered, |c| {
            down.is_none_or(|down| !down.contains(&c.id))
        });
        if let Some(prefer) = &slot.prefer {
            keep_unless_empty(&mut offered, |c| {
                prefer.holds(&|path| super::values::at(&c.record, path))
            });
        }
        keep_unless_empty(&mut offered, |c| {
            narrowed.is_none_or(|ids| ids.contains(&c.id))
        });
        offered
    }

    fn narrow(&mut self, slot: &Slot, ids: Vec<String>) {
        if let Some(frame) = self.frame_mut() {
            frame.narrowed.insert(slot.name.clone(), ids);
        }
    }

    fn proposed(&mut self, slot: &Slot, candidates: &[Candidate]) -> Option<Resolved> {
        let today = self.world.today;
        let frame = self.frame_mut()?;
        let mut value = frame.proposed.remove(&slot.name)?;
        if slot.each.is_some()
            && let Value::Array(values) = &mut value
            && !values.is_empty()
        {
            let first = values.remove(0);
            if !values.is_empty() {
                frame.proposed.insert(slot.name.clone(), value);
            }
            return Some(resolve(slot, candidates, &first, false, today));
        }
        Some(resolve(slot, candidates, &value, false, today))
    }

    /// Looks through what the customer said since the procedure began, the latest first.
    fn found_in_words(
        &self,
        slot: &Slot,
        offered: &[Candidate],
        all: &[Candidate],
    ) -> Option<Resolved> {
        let frame = self.frame()?;
        let down = frame.turned_down.get(&slot.name);
        let mut narrowed = None;
        for words in frame.words.iter().rev() {
            for candidates in [offered, all] {
                match from_one_message(slot, candidates, words, self.world.today) {
                    Some(Resolved::Value(filled)) if !is_down(&filled, down) => {
                        return Some(Resolved::Value(filled));
                    }
                    Some(Resolved::OneOf(ids)) => narrowed = narrowed.or(Some(ids)),
                    Some(Resolved::Misfit) if candidates.len() == all.len() => {
                        return Some(Resolved::Misfit);
                    }
                    _ => {}
                }
            }
        }
        narrowed.map(Resolved::OneOf)
    }

    fn found_in_facts(
        &self,
        slot: &Slot,
        offered: &[Candidate],
        all: &[Candidate],
    ) -> Option<Filled> {
        let down = self.frame()?.turned_down.get(&slot.name);
        let told = [&slot.fact, &slot.name]
            .into_iter()
            .find_map(|name| self.world.facts.get(name));
        let known = self
            .dialogue
            .known
            .get(&slot.fact)
            .filter(|known| known.kind == slot.kind);
        let value = told.or_else(|| known.map(|known| &known.filled.value))?;
        let candidates = if slot.prefer.is_some() { offered } else { all };
        match resolve(slot, candidates, value, false, self.world.today) {
            Resolved::Value(filled) if !is_down(&filled, down) => Some(Filled {
                from: Provenance::Fact,
                ..filled
            }),
            _ => None,
        }
    }

    fn only(&self, slot: &Slot, offered: &[Candidate]) -> Option<Filled> {
        let down = self.frame()?.turned_down.get(&slot.name);
        let turned_down = down.is_some();
        let [only] = offered else {
            return None;
        };
        if down.is_some_and(|down| down.contains(&only.id)) {
            return None;
        }
        let free = slot.choices.is_empty() && (!turned_down || slot.kind.is_chosen());
        (free && slot.each.is_none())
            .then(|| of_candidates(&[only], slot.kind.is_list(), Provenance::Only))
    }

    fn default(&self, slot: &Slot, candidates: &[Candidate]) -> Option<Filled> {
        let down = self.frame()?.turned_down.get(&slot.name);
        let value = self.value(slot.default.as_deref()?)?;
        match resolve(slot, candidates, &value, false, self.world.today) {
            Resolved::Value(filled) if !is_down(&filled, down) => Some(Filled {
                from: Provenance::Default,
                ..filled
            }),
            _ => None,
        }
    }

    /// Asks, and waits for the customer.
    fn ask(&mut self, slot: &Slot, candidates: Vec<Candidate>, again: bool, each: &Value) {
        let ask = slot.ask.as_deref().unwrap_or(&slot.name);
        let ask = match Template::parse(ask) {
            Ok(template) => self.fill_with(&template, each),
            Err(_) => ask.to_owned(),
        };
        let choices = candidates
            .iter()
            .map(|c| Choice {
                id: c.id.clone(),
                label: c.label.clone(),
            })
            .collect();
        self.say(Utterance::Ask {
            slot: slot.name.clone(),
            question: ask.clone(),
            choices,
            again,
        });
        self.dialogue.pending = Some(Pending::Slot(Question {
            slot: slot.name.clone(),
            kind: slot.kind,
            ask,
            candidates,
        }));
    }

    pub(super) fn put(&mut self, slot: &Slot, filled: Filled) {
        self.trace_slot(&slot.name, &filled.value, filled.from);
        if is_fact(slot.kind) {
            let known = Known {
                kind: slot.kind,
                filled: filled.clone(),
            };
            self.dialogue.known.insert(slot.fact.clone(), known);
        }
        if let Some(frame) = self.frame_mut() {
            frame.narrowed.remove(&slot.name);
            frame.slots.insert(slot.name.clone(), filled);
        }
    }
}

/// What is true beyond the procedure it was said in.
fn is_fact(kind: SlotKind) -> bool {
    matches!(
        kind,
        SlotKind::Email
            | SlotKind::Phone
            | SlotKind::Zip
            | SlotKind::Name
            | SlotKind::Address
            | SlotKind::Order
    )
}

fn keep_unless_empty(candidates: &mut Vec<Candidate>, keep: impl Fn(&Candidate) -> bool) {
    if candidates.iter().any(&keep) {
        candidates.retain(keep);
    }
}

fn is_down(filled: &Filled, down: Option<&Vec<String>>) -> bool {
    down.is_some_and(|down| match &filled.value {
        Value::Array(list) => list.len() == 1 && list.iter().any(|id| down.contains(&plain(id))),
        value => down.contains(&plain(value)),
    })
}

/// A value out of a message that was not an answer to a question for it.
fn from_one_message(
    slot: &Slot,
    candidates: &[Candidate],
    words: &str,
    today: Option<time::Date>,
) -> Option<Resolved> {
    if candidates.is_empty() {
        let value = extract::stands_out(slot.kind)
            .then(|| extract::typed(slot.kind, words, today))
            .flatten()?;
        return Some(resolve(slot, candidates, &value, false, today));
    }
    match resolve(slot, candidates, &json!(words), false, today) {
        // An order number that is none of theirs is not the same as having said nothing.
        Resolved::Misfit
            if slot.kind == SlotKind::Order && extract::order_number(words).is_some() =>
        {
            Some(Resolved::Misfit)
        }
        Resolved::Misfit => None,
        found => Some(found),
    }
}

/// What a proposed value comes to for a slot. `offered`: the customer has seen the candidates.
pub(super) fn resolve(
    slot: &Slot,
    candidates: &[Candidate],
    value: &Value,
    offered: bool,
    today: Option<time::Date>,
) -> Resolved {
    let many = slot.kind.is_list();
    if candidates.is_empty() {
        return match free(slot.kind, value, today) {
            Some(value) => Resolved::Value(told(slot.kind, value)),
            None => Resolved::Misfit,
        };
    }
    let texts: Vec<String> = match value {
        Value::Array(list) => list.iter().map(plain).collect(),
        other => vec![plain(other)],
    };
    let mut chosen: Vec<usize> = Vec::new();
    for text in &texts {
        match pick(text, candidates, many, offered) {
            Pick::These(found) => chosen.extend(found),
            Pick::OneOf(found) => {
                return Resolved::OneOf(
                    found
                        .into_iter()
                        .map(|at| candidates[at].id.clone())
                        .collect(),
                );
            }
            Pick::Nothing => {}
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    match (chosen.as_slice(), many) {
        ([], _) => Resolved::Misfit,
        ([_], _) | (_, true) => {
            let chosen: Vec<&Candidate> = chosen.iter().map(|at| &candidates[*at]).collect();
            Resolved::Value(of_candidates(&chosen, many, Provenance::Told))
        }
        _ => Resolved::OneOf(
            chosen
                .into_iter()
                .map(|at| candidates[at].id.clone())
                .collect(),
        ),
    }
}

fn of_candidates(chosen: &[&Candidate], many: bool, from: Provenance) -> Filled {
    match (chosen, many) {
        ([one], false) => Filled {
            value: json!(one.id),
            label: one.label.clone(),
            record: one.record.clone(),
            from,
        },
        _ => Filled {
            value: chosen.iter().map(|c| json!(c.id)).collect(),
            label: joined(&chosen.iter().map(|c| c.label.clone()).collect::<Vec<_>>()),
            record: chosen.iter().map(|c| c.record.clone()).collect(),
            from,
        },
    }
}

/// A free value in the form tools get it.
fn free(kind: SlotKind, value: &Value, today: Option<time::Date>) -> Option<Value> {
    match (kind, value) {
        (SlotKind::Text, value) => {
            let text = super::first_chars(plain(value).trim(), TEXT_LIMIT);
            (!text.is_empty()).then(|| json!(text))
        }
        (SlotKind::YesNo, Value::Bool(_)) | (SlotKind::Number, Value::Number(_)) => {
            Some(value.clone())
        }
        (SlotKind::Address, Value::Object(_)) => {
            let needed = ["address1", "city", "state", "zip"];
            known_fields(value, &needed, &["address2", "country"])
        }
        (SlotKind::Name, Value::Object(_)) => {
            known_fields(value, &["first_name", "last_name"], &[])
        }
        (_, value) => extract::typed(kind, &plain(value), today),
    }
}

/// Only fields that are known, as texts; `None` when one that is needed is missing.
fn known_fields(value: &Value, needed: &[&str], others: &[&str]) -> Option<Value> {
    let field = |name: &str| {
        value
            .get(name)
            .map(plain)
            .filter(|text| !text.trim().is_empty() && text.len() <= 200)
    };
    let mut object = serde_json::Map::new();
    for name in needed {
        object.insert((*name).to_owned(), json!(field(name)?));
    }
    for name in others {
        let missing = if *name == "country" { "USA" } else { "" };
        object.insert(
            (*name).to_owned(),
            json!(field(name).unwrap_or_else(|| missing.to_owned())),
        );
    }
    Some(Value::Object(object))
}

fn told(kind: SlotKind, value: Value) -> Filled {
    let field = |name: &str| value.get(name).map(plain).unwrap_or_default();
    let label = match kind {
        SlotKind::Address => {
            let parts = ["address1", "address2", "city"].map(field);
            let parts: Vec<&String> = parts.iter().filter(|part| !part.is_empty()).collect();
            let parts = parts.into_iter().cloned().collect::<Vec<_>>().join(", ");
            format!("{parts}, {} {}", field("state"), field("zip"))
        }
        SlotKind::Name => format!("{} {}", field("first_name"), field("last_name")),
        _ => plain(&value),
    };
    Filled {
        record: Value::Null,
        value,
        label,
        from: Provenance::Told,
    }
}
