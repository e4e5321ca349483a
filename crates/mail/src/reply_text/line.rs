//! Lines and the labels they carry.

/// What the markup of an HTML mail says about a line before any rule looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing.
    Plain,
    /// Inside an element mail clients quote earlier messages with.
    Quoted,
    /// The first line of an earlier message that runs to the end of the mail.
    HistoryStarts,
    /// Inside an element mail clients put the signature in.
    Signature,
}

/// What a line is, once the rules have looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The sender's own words.
    Own,
    /// An earlier message, or the lines that introduce it.
    Quote,
    /// The sender's signature.
    Signature,
    /// Words of a device, a mailing list or a lawyer.
    Notice,
}

/// One line of a mail, without white space at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub text: &'a str,
    pub mark: Mark,
}

impl<'a> Line<'a> {
    pub fn new(text: &'a str, mark: Mark) -> Self {
        Self {
            text: text.trim_end_matches(is_blank_char),
            mark,
        }
    }

    pub fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the line is quoted, by a leading `>` or by its markup.
    pub fn is_quoted(&self) -> bool {
        self.mark == Mark::Quoted || self.text.trim_start_matches(is_blank_char).starts_with('>')
    }

    /// The text without white space and invisible characters around it.
    pub fn trimmed(&self) -> &'a str {
        self.text.trim_matches(is_blank_char)
    }
}

/// White space, and the characters mail clients hide in lines: zero width
/// spaces and joiners, direction marks, the byte order mark.
fn is_blank_char(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// The index of the first line at or after `from` that is not blank.
pub(super) fn next_text(lines: &[Line<'_>], from: usize) -> Option<usize> {
    (from..lines.len()).find(|&i| !lines[i].is_blank())
}

/// Lines of fenced code blocks (```` ``` ````), which no rule may touch.
pub(super) fn fenced(lines: &[Line<'_>]) -> Vec<bool> {
    let mut fenced = vec![false; lines.len()];
    let mut open: Option<usize> = None;
    for (i, line) in lines.iter().enumerate() {
        if line.mark != Mark::Plain || !line.trimmed().starts_with("```") {
            continue;
        }
        match open.take() {
            Some(start) => fenced[start..=i].fill(true),
            None => open = Some(i),
        }
    }
    fenced
}
