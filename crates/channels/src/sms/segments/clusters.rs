//! Grapheme clusters: what counts as one character when a text is cut into parts.
//!
//! These are the rules of Unicode 10 (UAX #29) *as grapheme-splitter 1.0.4 applies them*, which
//! Twilio's calculator counts by; where that library departs from the standard, so does this, and the
//! comment says so. Newer Unicode joins some emoji sequences that are cut here.

use super::cluster_table::TABLE;
use std::cmp::Ordering;

/// The part a code point plays in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Cr,
    Lf,
    Control,
    Extend,
    RegionalIndicator,
    SpacingMark,
    L,
    V,
    T,
    Lv,
    Lvt,
    Other,
    Prepend,
    EmojiBase,
    EmojiModifier,
    Zwj,
    GlueAfterZwj,
    EmojiBaseGlue,
}
use Class::*;

/// The clusters of a text, in order.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices();
        let (_, first) = characters.next()?;
        let mut cluster = Cluster::new(class_of(first));
        let end = characters
            .find(|(_, character)| !cluster.takes(class_of(*character)))
            .map_or(rest.len(), |(at, _)| at);
        let (head, tail) = rest.split_at(end);
        rest = tail;
        // CR LF is one cluster to Unicode and two characters to the calculator.
        if head == "\r\n" {
            rest = &text[text.len() - tail.len() - 1..];
            return Some("\r");
        }
        Some(head)
    })
}

/// A cluster as far as it has been read.
struct Cluster {
    start: Class,
    before_previous: Option<Class>,
    previous: Class,
    /// Whether any code point so far extends.
    has_extend: bool,
    /// How many code points follow the first, and what is true of them.
    followers: usize,
    followers_all_extend: bool,
    indicators: Indicators,
}

/// Regional indicators among the code points after the first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Indicators {
    None,
    /// All of them stand before anything else.
    Leading,
    Later,
}

impl Cluster {
    fn new(start: Class) -> Self {
        Self {
            start,
            before_previous: None,
            previous: start,
            has_extend: start == Extend,
            followers: 0,
            followers_all_extend: true,
            indicators: Indicators::None,
        }
    }

    /// Adds the next code point, unless a new cluster begins with it.
    fn takes(&mut self, next: Class) -> bool {
        if self.breaks_before(next) {
            return false;
        }
        if next == RegionalIndicator {
            let leading = match self.indicators {
                Indicators::None => self.followers == 0,
                Indicators::Leading => self.previous == RegionalIndicator,
                Indicators::Later => false,
            };
            self.indicators = if leading {
                Indicators::Leading
            } else {
                Indicators::Later
            };
        }
        self.before_previous = Some(self.previous);
        self.previous = next;
        self.has_extend |= next == Extend;
        self.followers += 1;
        self.followers_all_extend &= next == Extend;
        true
    }

    fn breaks_before(&self, next: Class) -> bool {
        self.modifier_without_base(next) || self.after_indicators(next) || !self.joins(next)
    }

    /// A modifier after extenders that follow neither an emoji nor another extender.
    fn modifier_without_base(&self, next: Class) -> bool {
        next == EmojiModifier
            && self.followers > 0
            && self.followers_all_extend
            && !matches!(self.start, Extend | EmojiBase | EmojiBaseGlue)
    }

    /// The library's flags: anything after an indicator's extender begins anew, even an extender.
    fn after_indicators(&self, next: Class) -> bool {
        let run = match self.indicators {
            Indicators::None => next == RegionalIndicator && self.followers == 0,
            Indicators::Leading => next != RegionalIndicator,
            Indicators::Later => false,
        };
        run && !matches!(self.previous, Prepend | RegionalIndicator)
    }

    fn joins(&self, next: Class) -> bool {
        match (self.previous, next) {
            (Cr, Lf) => true,
            (Control | Cr | Lf, _) | (_, Control | Cr | Lf) => false,
            (L, L | V | Lv | Lvt) | (Lv | V, V | T) | (Lvt | T, T) => true,
            (_, Extend | Zwj | SpacingMark) | (Prepend, _) => true,
            (_, EmojiModifier) => self.ends_in_emoji(),
            (Zwj, GlueAfterZwj | EmojiBaseGlue) => true,
            (RegionalIndicator, RegionalIndicator) => self.indicators == Indicators::None,
            _ => false,
        }
    }

    /// An emoji, with at most one extender after it and none before: the library looks no further.
    fn ends_in_emoji(&self) -> bool {
        let emoji = if self.has_extend {
            (self.previous == Extend)
                .then_some(self.before_previous)
                .flatten()
        } else {
            Some(self.previous)
        };
        matches!(emoji, Some(EmojiBase | EmojiBaseGlue))
    }
}

fn class_of(character: char) -> Class {
    let code = character as u32;
    // A Hangul syllable without a trailing consonant is every 28th.
    if (0xac00..=0xd7a3).contains(&code) {
        return if (code - 0xac00).is_multiple_of(28) {
            Lv
        } else {
            Lvt
        };
    }
    TABLE
        .binary_search_by(|(start, end, _)| match () {
            () if *end < code => Ordering::Less,
            () if *start > code => Ordering::Greater,
            () => Ordering::Equal,
        })
        .map_or(Other, |at| TABLE[at].2)
}
