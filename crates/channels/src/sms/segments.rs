//! How many SMS a text is billed as.
//!
//! A text whose every character is in the GSM 03.38 basic set or its extension is sent in 7-bit
//! units, an extension character taking two; any other text is sent in UTF-16 units of 16 bits. One
//! message holds 1120 bits: 160 or 70 units. A longer text is cut into parts that each give 48 bits
//! to a header: 153 or 67 units. A character never spans two parts: an escape stays with what it
//! escapes, a surrogate pair and a whole emoji sequence stay together.
//!
//! Counts exactly as Twilio's own calculator does (npm `sms-segments-calculator` 1.3.0), down to the
//! Unicode version its grapheme clusters come from. What was really billed is in the
//! provider's answer and goes before this.

mod cluster_table;
mod clusters;

const PART_BITS: u32 = 1120;
const HEADER_BITS: u32 = 48;

/// How the characters of a message travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// GSM 03.38, 7 bits a unit.
    Gsm7,
    /// UTF-16, 16 bits a unit.
    Ucs2,
}

/// What a text costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// How its characters travel.
    pub encoding: Encoding,
    /// How many messages it is billed as; an empty text is one.
    pub count: u32,
}

/// Counts the messages a text is billed as.
pub fn count(text: &str) -> Segments {
    match gsm_units(text) {
        Some(units) => Segments {
            encoding: Encoding::Gsm7,
            count: parts(units.map(|units| units * 7)),
        },
        None => {
            let bits =
                clusters::split(text).map(|cluster| 16 * cluster.encode_utf16().count() as u32);
            Segments {
                encoding: Encoding::Ucs2,
                count: parts(bits),
            }
        }
    }
}

/// The units of each character, or none when one is outside the set.
fn gsm_units(text: &str) -> Option<impl Iterator<Item = u32>> {
    text.chars()
        .all(|character| units_of(character).is_some())
        .then(|| text.chars().filter_map(units_of))
}

/// How many 7-bit units a character takes in GSM 03.38.
fn units_of(character: char) -> Option<u32> {
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Some(1),
        _ if EXTENSION.contains(character) => Some(2),
        _ if BASIC.contains(character) => Some(1),
        _ => None,
    }
}

/// Lays characters of these sizes, in bits, into parts.
fn parts(characters: impl Iterator<Item = u32>) -> u32 {
    let mut count = 1;
    let mut used = 0;
    // The characters of the first part, until it is known whether there is a second.
    let mut first: Vec<u32> = Vec::new();
    for bits in characters {
        if used + bits > PART_BITS {
            count += 1;
            used = HEADER_BITS;
            if count == 2 {
                used += displaced(&first);
            }
        }
        used += bits;
        if count == 1 {
            first.push(bits);
        }
    }
    count
}

/// The bits that must leave the first part when it turns out to need a header.
fn displaced(first: &[u32]) -> u32 {
    let mut over = (HEADER_BITS + first.iter().sum::<u32>()).saturating_sub(PART_BITS);
    let mut moved = 0;
    for bits in first.iter().rev() {
        if over == 0 {
            break;
        }
        over = over.saturating_sub(*bits);
        moved += bits;
    }
    moved
}
