//! Small questions about words, shared by the rules.

/// Lower case, with runs of white space as one space and without the
/// punctuation, marks and emoji around it.
pub(super) fn folded(text: &str) -> String {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = bare.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Whether `text` ends with the word or phrase `tail`.
///
/// Scripts that put no spaces between words need no boundary before `tail`.
pub(super) fn ends_with_word(text: &str, tail: &str) -> bool {
    text.strip_suffix(tail).is_some_and(|head| {
        !is_spaced_script(tail) || !head.chars().next_back().is_some_and(char::is_alphanumeric)
    })
}

/// Whether `text` contains `phrase` as whole words.
pub(super) fn contains_word(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        !is_spaced_script(phrase)
            || !(before.is_some_and(char::is_alphanumeric)
                || after.is_some_and(char::is_alphanumeric))
    })
}

/// Whether `text` starts with `phrase` and a word ends there.
pub(super) fn starts_with_word(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase).is_some_and(|rest| {
        !is_spaced_script(phrase) || !rest.chars().next().is_some_and(char::is_alphanumeric)
    })
}

fn is_spaced_script(text: &str) -> bool {
    !text.chars().any(is_unspaced)
}

/// Han, kana, hangul and Thai letters.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether the line reads as a sentence rather than as a name, title or address.
pub(super) fn is_prose(text: &str) -> bool {
    let words = text
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .count();
    let unspaced = text.chars().filter(|&c| is_unspaced(c)).count();
    let ended = text.ends_with(['.', '!', '?', '。', '！', '？', '…', ':']);
    words >= 9 || (ended && words >= 4) || unspaced >= 20 || (ended && unspaced >= 6)
}

/// Whether the line could be a person's or a team's name: one to five words
/// that start with capitals (or an unspaced script), nothing else.
pub(super) fn is_name(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
    if bare.chars().count() > 45
        || bare.contains(|c: char| c.is_numeric() || "@/:;?!<>=\"".contains(c))
    {
        return false;
    }
    let first = bare
        .split([',', '|', '–', '—', '('])
        .next()
        .unwrap_or(bare)
        .trim();
    let words: Vec<&str> = first.split_whitespace().collect();
    if words.len() == 1 && first.chars().all(is_unspaced) {
        return first.chars().count() <= 8;
    }
    (1..=5).contains(&words.len())
        && words.iter().all(|word| is_name_word(word))
        && words
            .iter()
            .any(|word| starts_upper(word) || word.chars().any(is_unspaced))
}

fn is_name_word(word: &str) -> bool {
    const PARTICLES: &[&str] = &[
        "de", "da", "do", "dos", "di", "del", "della", "der", "den", "van", "von", "zu", "la",
        "le", "el", "al", "bin", "ibn", "ter", "ten", "y", "e", "of", "the", "and", "und", "et",
        "&", "+",
    ];
    let initial = word.ends_with('.') && word.chars().count() == 2;
    starts_upper(word) || initial || word.chars().any(is_unspaced) || PARTICLES.contains(&word)
}

fn starts_upper(word: &str) -> bool {
    word.chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(char::is_uppercase)
}
