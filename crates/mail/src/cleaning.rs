//! Text from strangers, made safe to show on one line and to store.

/// Characters that change how the text around them looks, or hide in it: zero-width characters,
/// bidirectional overrides, variation and tag characters, the byte order mark.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// `text` on one line: control and invisible characters gone, runs of white space one blank, at
/// most `max_chars` characters.
pub fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len().min(4 * max_chars));
    let mut chars = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = chars > 0;
            continue;
        }
        // The joiners are invisible too, but emoji and several scripts are written with them.
        if is_invisible(c) && !matches!(c, '\u{200C}' | '\u{200D}') {
            continue;
        }
        if chars + usize::from(gap) >= max_chars {
            break;
        }
        if gap {
            line.push(' ');
            chars += 1;
            gap = false;
        }
        line.push(c);
        chars += 1;
    }
    line
}

/// `text` of several lines with `\n` line ends and no control characters but tab. Characters with a
/// meaning of their own in databases (NUL) are gone.
pub fn many_lines(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            '\n' | '\t' => clean.push(c),
            c if c.is_control() || c == '\u{FEFF}' => {}
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_cannot_hide_or_turn_around_its_words() {
        assert_eq!(
            one_line("  Re:\r\n\t my \u{202E}redro\u{202C}\u{200B} #1 \0", 80),
            "Re: my redro #1"
        );
        assert_eq!(one_line("abcdef", 3), "abc");
        assert_eq!(one_line("ab cdef", 3), "ab");
        assert_eq!(
            one_line("family \u{1F468}\u{200D}\u{1F469}", 80),
            "family \u{1F468}\u{200D}\u{1F469}"
        );
    }

    #[test]
    fn line_ends_become_one_kind_and_controls_vanish() {
        assert_eq!(many_lines("a\r\nb\rc\n\x07d\0\te"), "a\nb\nc\nd\te");
    }
}
