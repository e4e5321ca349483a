//! The document and the rules side by side: each statement with what enforces it.

use crate::document::{anchor_in, is_list_item};
use crate::rule::Rule;
use crate::source::SourceFile;
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// A heading of the document and what stands beneath it, up to the next heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicySection)]
pub struct Section {
    /// The heading; empty for what stands above the first one.
    pub heading: String,
    /// How deep it is: 1 for the title, 0 above the first heading.
    pub level: usize,
    /// Its anchor, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// Its line, counted from 1.
    pub line: usize,
    /// Rules that point at the heading itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<EnforcedBy>,
    /// What it says, in order.
    pub statements: Vec<Statement>,
}

/// A paragraph or an item of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyStatement)]
pub struct Statement {
    /// Its words, on one line.
    pub text: String,
    /// Its anchor. Without one it is for people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// The line it begins on, counted from 1.
    pub line: usize,
    /// What enforces it.
    pub rules: Vec<EnforcedBy>,
}

/// A rule, beside the statement it enforces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyRule)]
pub struct EnforcedBy {
    /// The rule.
    pub id: String,
    /// What the customer is told.
    pub say: String,
    /// What the agent should know beyond that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What helps, as it is written in the rule.
    pub remedy: String,
    /// The file it stands in.
    pub file: String,
    /// Its line there, counted from 1.
    pub line: usize,
    /// The rule itself, in Cedar.
    pub text: String,
}

/// Lays rules beside the statements of the document.
pub(crate) fn read<R: Display>(document: &SourceFile, rules: &[&Rule<R>]) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut open: Option<(usize, Vec<&str>)> = None;
    let mut in_code = false;
    let close = |open: &mut Option<(usize, Vec<&str>)>, sections: &mut Vec<Section>| {
        if let (Some((line, words)), Some(section)) = (open.take(), sections.last_mut()) {
            section.statements.push(statement(line, &words, rules));
        }
    };
    for (index, line) in document.text.lines().enumerate() {
        let words = line.trim();
        let fence = words.starts_with("```");
        let heading = !in_code && words.starts_with('#');
        if fence || heading || words.is_empty() || (!in_code && is_list_item(words)) {
            close(&mut open, &mut sections);
        }
        in_code ^= fence;
        if heading {
            sections.push(section(index + 1, words, rules));
        } else if !fence && !in_code && !words.is_empty() {
            let (_, lines) = open.get_or_insert((index + 1, Vec::new()));
            lines.push(words);
        }
    }
    close(&mut open, &mut sections);
    sections.retain(|section| section.level > 0 || !section.statements.is_empty());
    sections
}

fn section<R: Display>(line: usize, words: &str, rules: &[&Rule<R>]) -> Section {
    let heading = words.trim_start_matches('#');
    let level = words.len() - heading.len();
    let (heading, anchor) = parted(heading);
    Section {
        heading: heading.trim().to_owned(),
        level,
        rules: enforcing(anchor, rules),
        anchor: anchor.map(str::to_owned),
        line,
        statements: Vec::new(),
    }
}

fn statement<R: Display>(line: usize, words: &[&str], rules: &[&Rule<R>]) -> Statement {
    let whole = words.join(" ");
    let (text, anchor) = parted(&whole);
    let text = match is_list_item(text) {
        true => text.trim_start_matches(['-', '*', ' ']),
        false => text,
    };
    Statement {
        text: text.to_owned(),
        rules: enforcing(anchor, rules),
        anchor: anchor.map(str::to_owned),
        line,
    }
}

fn parted(words: &str) -> (&str, Option<&str>) {
    anchor_in(words).map_or((words, None), |(text, id)| (text, Some(id)))
}

fn enforcing<R: Display>(anchor: Option<&str>, rules: &[&Rule<R>]) -> Vec<EnforcedBy> {
    let Some(anchor) = anchor else {
        return Vec::new();
    };
    let points_here = |rule: &&&Rule<R>| {
        let place = rule.doc.split_once('#');
        place.is_some_and(|(_, own)| own == anchor)
    };
    rules
        .iter()
        .filter(points_here)
        .map(|rule| EnforcedBy {
            id: rule.id.clone(),
            say: rule.say.clone(),
            agent: rule.agent.clone(),
            remedy: rule.remedy.to_string(),
            file: rule.file.clone(),
            line: rule.line,
            text: rule.text.clone(),
        })
        .collect()
}
