//! Lines that introduce a quote: "On Tue, 5 Mar 2024 at 09:12, Jo <jo@shop.example> wrote:".
//!
//! Mail clients write them in the user's language and break them into several
//! lines. What they have in common is a date, an address or a verb of writing,
//! and a colon at the end; enough of these together is what is looked for.

use std::sync::LazyLock;

use regex::Regex;

use super::line::{Line, next_text};
use super::separator::between_rules;
use super::words::{contains_word, ends_with_word, folded, starts_with_word};

/// Lines one attribution is broken into, at most.
const MAX_LINES: usize = 5;

/// Bytes of one attribution, at most: long names and two addresses fit.
const MAX_BYTES: usize = 600;

/// "wrote" by language, as it stands in attributions, in lower case.
const VERBS: &[&str] = &[
    "wrote",
    "writes",
    "wrote ",
    "a écrit",
    "a ecrit",
    "écrit",
    "ha scritto",
    "scritto",
    "scrive",
    "escribió",
    "escribio",
    "escribe",
    "escreveu",
    "escrito",
    "schrieb",
    "schreibt",
    "geschrieben",
    "schreef",
    "geschreven",
    "skrev",
    "skrifaði",
    "kirjoitti",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "napsal",
    "napsala",
    "napsal(a)",
    "napísal",
    "napísala",
    "napísal(a)",
    "napisao",
    "napisala",
    "napisao je",
    "написал",
    "написала",
    "написал(а)",
    "пишет",
    "писал",
    "писала",
    "написав",
    "написала",
    "написав(ла)",
    "пише",
    "пишуть",
    "написа",
    "írta",
    "a scris",
    "έγραψε",
    "yazdı",
    "viết",
    "menulis",
    "menulis ",
    "va escriure",
    "idatzi du",
    "kirjutas",
    "parašė",
    "rakstīja",
    "ha escrito",
    "geskryf",
    "napisao/la",
    "je napisal",
    "je napisal/a",
    "写道",
    "写道 ",
    "寫道",
    "來信",
    "のメッセージ",
    "は書きました",
    "さんは書きました",
    "작성",
    "작성했습니다",
    "썼습니다",
    "写了",
    "כתב",
    "כתבה",
    "مأخوذ",
    "كتب",
    "เขียนว่า",
    "เขียน",
];

/// Words attributions open with when the sender's name comes first.
const QUOTING: &[&str] = &[
    "quoting",
    "zitat von",
    "citando a",
    "citando",
    "citation de",
    "quotation from",
    "цитирую",
    "citat från",
];

/// Words before the date.
const INTRODUCTIONS: &[&str] = &[
    "on",
    "le",
    "el",
    "am",
    "il",
    "il giorno",
    "em",
    "op",
    "den",
    "dne",
    "dňa",
    "dnia",
    "w dniu",
    "vào",
    "vào lúc",
    "στις",
    "în",
    "pe",
    "la data",
    "in data",
    "pada",
    "dana",
    "в",
    "от",
    "у",
    "kuupäeval",
    "på",
    "på den",
    "ngày",
    "在",
    "于",
    "於",
    "เมื่อ",
    "em data",
    "a las",
    "ב",
    "في",
];

/// Words that make the writer of the verb the writer of this mail.
const FIRST_PERSON: &[&str] = &[
    "i",
    "we",
    "ich",
    "wir",
    "je",
    "j'ai",
    "nous",
    "yo",
    "he",
    "eu",
    "io",
    "ho",
    "ik",
    "jag",
    "jeg",
    "ja",
    "я",
    "мы",
    "you and i",
];

/// Names of months by their first letters, in the languages above.
const MONTHS: &str = "jan|feb|fév|fev|mar|mär|maa|mrt|apr|avr|abr|may|mai|mei|maj|maggio|mag|jun|juin|jui|jul|júl|giu|gen|ene|aug|aoû|aou|ago|sep|sept|set|oct|okt|out|ott|nov|dec|déc|dez|dic|des|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|led|úno|bře|dub|kvě|čer|srp|zář|říj|lis|pro|tam|hel|huh|tou|kes|hei|elo|syy|lok|mar|jou|ιαν|φεβ|μαρ|απρ|μαΐ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|thg";

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"(?i)\b(?:19|20)\d\d\b|\b\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?\d{{2,4}}|\d[年년月월]|\b(?:{MONTHS})\p{{L}}*\.?\s+\d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th|\.|º|°)?[\s.-](?:de\s)?(?:{MONTHS})"
    );
    pattern.parse().expect("the date pattern is valid")
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    r"\b\d{1,2}\s?[:.hH]\s?\d{2}\b"
        .parse()
        .expect("the time pattern is valid")
});

/// The index after the attribution that starts at line `at`, if one does.
pub(super) fn at(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let mut text = String::new();
    for count in 1..=MAX_LINES {
        let line = lines.get(at + count - 1)?;
        if line.is_blank() && is_address_open(&text) {
            continue;
        }
        if !may_join(line, &text) {
            return None;
        }
        if count > 1 {
            if is_sentence_end(&text) {
                return None;
            }
            text.push(' ');
        }
        text.push_str(line.trimmed());
        if text.len() > MAX_BYTES {
            return None;
        }
        let window = Window { lines, at, count };
        if could_end(&text) && window.starts_properly() && is_attribution(&text, &window) {
            return Some(at + count);
        }
    }
    None
}

/// Whether a line may be part of an attribution: text without a quote mark,
/// save for the `>` of an address that the mail client broke before it.
fn may_join(line: &Line<'_>, before: &str) -> bool {
    let text = line.trimmed();
    if text.len() > MAX_BYTES || !text.contains(|c: char| c.is_alphanumeric() || c == ':') {
        return false;
    }
    !line.is_quoted() || (is_address_open(before) && text.len() < 40 && text.ends_with([':', '：']))
}

/// Whether an address in angle brackets is still to be closed.
fn is_address_open(text: &str) -> bool {
    text.matches('<').count() > text.matches('>').count()
}

/// A line that closes a sentence is not followed by more of an attribution.
fn is_sentence_end(text: &str) -> bool {
    let word = text.rsplit(' ').next().unwrap_or(text);
    text.ends_with(['!', '?'])
        || (word.ends_with('.') && word.chars().filter(|c| c.is_alphabetic()).count() > 5)
}

fn could_end(text: &str) -> bool {
    let bare = bare_end(text);
    bare.ends_with([':', '：'])
        || ((bare.contains('@') || bare.len() < text.len()) && ends_with_verb(&bare.to_lowercase()))
}

/// The text without rules and marks around it: `---- On … wrote ----`.
fn bare_end(text: &str) -> &str {
    let text = between_rules(text).unwrap_or(text);
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '-' | '_' | '—' | '–' | '='))
}

/// Lines `at .. at + count`, read as one attribution.
struct Window<'a> {
    lines: &'a [Line<'a>],
    at: usize,
    count: usize,
}

impl Window<'_> {
    /// Several lines are one attribution when the first opens it: with a date,
    /// or as the first line of its paragraph. None may open another one.
    fn starts_properly(&self) -> bool {
        if self.count == 1 {
            return true;
        }
        let rest = &self.lines[self.at + 1..self.at + self.count];
        if opens(self.lines[self.at].trimmed()) {
            return !rest.iter().any(|line| is_introduced(&folded(line.text)));
        }
        let paragraph_start = self.at == 0
            || self.lines[self.at - 1].is_blank()
            || self.lines[self.at - 1].is_quoted();
        paragraph_start && !rest.iter().any(|line| opens(line.trimmed()))
    }

    /// Whether quoted lines follow.
    fn quote_follows(&self) -> bool {
        next_text(self.lines, self.at + self.count).is_some_and(|next| self.lines[next].is_quoted())
    }

    fn ends_paragraph(&self) -> bool {
        self.lines
            .get(self.at + self.count)
            .is_none_or(|next| next.is_blank() || next.is_quoted())
    }
}

/// Whether the text begins as a dated attribution does.
fn opens(text: &str) -> bool {
    is_introduced(&folded(text)) || DATE.find(text).is_some_and(|found| found.start() <= 24)
}

/// Whether a word such as "On" stands before a number.
fn is_introduced(folded: &str) -> bool {
    let numbered = folded.chars().take(60).any(char::is_numeric);
    numbered
        && INTRODUCTIONS
            .iter()
            .any(|word| starts_with_word(folded, word))
}

fn is_attribution(text: &str, window: &Window<'_>) -> bool {
    let bare = bare_end(text);
    let core = bare.trim_end_matches([':', '：', ' ']);
    let colon = core.len() < bare.len();
    let lower = core.to_lowercase();
    let address = has_address(core);
    let date = DATE.is_match(core);
    let opens = opens(bare);
    let verb_ends = ends_with_verb(&lower);
    if !colon {
        let ruled = between_rules(text).is_some();
        return verb_ends && (ruled || (opens && date && address)) && window.ends_paragraph();
    }
    let time = TIME.is_match(core);
    let led =
        is_introduced(&folded(bare)) || DATE.find(bare).is_some_and(|found| found.start() <= 2);
    if verb_ends && (address || (date && opens && (led || time) && !in_first_person(&lower))) {
        return true;
    }
    let address_ends = address && core.ends_with(['>', ')', ']']);
    if date && ((time && address_ends) || (address && has_verb(&lower))) {
        return true;
    }
    if date
        && opens
        && has_verb(&lower)
        && !in_first_person(&lower)
        && (time || window.quote_follows())
    {
        return true;
    }
    let quoting = QUOTING.iter().any(|word| starts_with_word(&lower, word));
    let brief = core.len() <= 120 && window.count <= 2;
    (quoting && address)
        || (brief && (quoting || (verb_ends && !in_first_person(&lower))) && window.quote_follows())
}

fn ends_with_verb(lower: &str) -> bool {
    VERBS
        .iter()
        .any(|verb| ends_with_word(lower, verb.trim_end()))
}

fn has_verb(lower: &str) -> bool {
    VERBS
        .iter()
        .any(|verb| contains_word(lower, verb.trim_end()))
}

/// Whether "I" is the one who wrote.
fn in_first_person(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.iter().enumerate().any(|(i, word)| {
        let verb = VERBS
            .iter()
            .any(|verb| verb.split(' ').next_back() == Some(word) || *verb == *word);
        let near = [i.checked_sub(1), i.checked_sub(2), Some(i + 1)];
        verb && near
            .into_iter()
            .flatten()
            .filter_map(|j| words.get(j))
            .any(|word| FIRST_PERSON.contains(word))
    })
}

fn has_address(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + 1..].chars().next();
        before.is_some_and(|c| !c.is_whitespace() && c != '<')
            && after.is_some_and(char::is_alphanumeric)
    })
}
