//! Texts as words: small letters without accents, sentence by sentence.

/// What is read of a message at most, in words. Wishes are short; an essay is for people.
const MAX_WORDS: usize = 600;

/// A text, split both at full stops and at commas: "stop, please" and "hören Sie auf, mir zu
/// schreiben" both want reading.
pub(super) struct Message {
    sentences: Vec<Sentence>,
    clauses: Vec<Sentence>,
}

/// Some words between two marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    words: Vec<String>,
    /// True when it fills a line of its own.
    alone_on_line: bool,
}

/// What people add out of courtesy; it changes no wish.
const COURTESY: &[&[&str]] = &[
    &["s", "il", "vous", "plait"],
    &["s", "il", "te", "plait"],
    &["thank", "you"],
    &["por", "favor"],
    &["per", "favore"],
    &["right", "now"],
];
const COURTEOUS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "thanks",
    "thx",
    "now",
    "kindly",
    "ok",
    "okay",
    "hi",
    "hello",
    "hey",
    "sorry",
    "just",
    "immediately",
    "asap",
    "already",
    "bitte",
    "danke",
    "sofort",
    "jetzt",
    "hallo",
    "endlich",
    "gracias",
    "ya",
    "ahora",
    "hola",
    "svp",
    "stp",
    "merci",
    "bonjour",
    "maintenant",
    "obrigado",
    "obrigada",
    "agora",
    "ola",
    "grazie",
    "ora",
    "subito",
    "ciao",
    "adesso",
];

impl Message {
    pub(super) fn read(text: &str) -> Self {
        let mut left = MAX_WORDS;
        let mut message = Self {
            sentences: Vec::new(),
            clauses: Vec::new(),
        };
        for line in text.split(['\n', '\r']) {
            let sentences: Vec<&str> = line.split(['.', '!', '?', ';', '…', '¡', '¿']).collect();
            let mut clauses = Vec::new();
            for sentence in sentences {
                message
                    .sentences
                    .extend(Sentence::read(sentence, &mut left));
                // The clauses of a sentence have been counted with it.
                clauses.extend(
                    sentence
                        .split([',', '(', ')', '–', '—'])
                        .filter_map(|part| Sentence::read(part, &mut MAX_WORDS.clone())),
                );
            }
            if let [only] = clauses.as_mut_slice() {
                only.alone_on_line = true;
            }
            message.clauses.append(&mut clauses);
            if left == 0 {
                break;
            }
        }
        message
    }

    /// Every sentence and every clause.
    pub(super) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().chain(&self.clauses)
    }

    /// The last clause that says anything, and every clause with a line to itself.
    pub(super) fn closings(&self) -> impl Iterator<Item = &Sentence> {
        let last = self
            .clauses
            .iter()
            .rfind(|clause| clause.bare().next().is_some());
        self.clauses
            .iter()
            .filter(|clause| clause.alone_on_line)
            .chain(last)
    }

    /// Every word.
    pub(super) fn words(&self) -> Vec<&str> {
        self.sentences
            .iter()
            .flat_map(|sentence| sentence.words())
            .collect()
    }

    /// Every word but the courtesies.
    pub(super) fn bare(&self) -> Vec<&str> {
        self.sentences.iter().flat_map(Sentence::bare).collect()
    }
}

impl Sentence {
    fn read(text: &str, left: &mut usize) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        for piece in
            text.split(|c: char| !c.is_alphanumeric() && !is_apostrophe(c) && !is_unseen(c))
        {
            words.extend(
                split_elision(piece)
                    .into_iter()
                    .map(|word| fold(&word))
                    .filter(|word| !word.is_empty()),
            );
        }
        words.truncate(*left);
        *left -= words.len();
        // S T O P
        if words.len() > 2 && words.iter().all(|word| word.chars().count() == 1) {
            words = vec![words.concat()];
        }
        (!words.is_empty()).then_some(Self {
            words,
            alone_on_line: false,
        })
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The words without courtesies.
    pub(super) fn bare(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.words.as_slice();
        std::iter::from_fn(move || {
            while let Some(skip) = courtesy(rest) {
                rest = &rest[skip..];
            }
            let (first, tail) = rest.split_first()?;
            rest = tail;
            Some(first.as_str())
        })
    }
}

/// How many words of courtesy these begin with.
fn courtesy(words: &[String]) -> Option<usize> {
    let begins = |phrase: &[&str]| {
        words.len() >= phrase.len() && phrase.iter().zip(words).all(|(a, b)| a == b)
    };
    if let Some(phrase) = COURTESY.iter().find(|phrase| begins(phrase)) {
        return Some(phrase.len());
    }
    words
        .first()
        .filter(|word| COURTEOUS.contains(&word.as_str()))
        .map(|_| 1)
}

/// Combining accents of texts that are not composed, and marks of no width.
fn is_unseen(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{ad}' | '\u{feff}')
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '＇')
}

/// "don't" is one word, "m'envoyer" two: what follows the apostrophe in English is one of a few
/// endings.
fn split_elision(piece: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in piece.split(is_apostrophe).filter(|part| !part.is_empty()) {
        let english = matches!(
            part.to_lowercase().as_str(),
            "t" | "s" | "m" | "d" | "ll" | "re" | "ve"
        );
        match words.last_mut() {
            Some(before) if english => before.push_str(part),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// Small letters without accents; a letter drawn out ("stoooop") once.
fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut run = 0;
    let mut last = None;
    for character in word
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !is_unseen(*c))
    {
        let plain = plain(character);
        run = if last == Some(plain) { run + 1 } else { 1 };
        last = Some(plain);
        match plain {
            _ if run > 2 && plain.is_alphabetic() => {
                // Two may be spelling, three are not: back to one, and no more.
                if run == 3 {
                    folded.pop();
                }
            }
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            other => folded.push(other),
        }
    }
    folded
}

fn plain(character: char) -> char {
    match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_accents_and_drawn_out_letters() {
        let words = |text: &str| Message::read(text).words().join(" ");
        assert_eq!(words("STOOOOOP"), "stop");
        assert_eq!(words("stoooop stooop"), "stop stop");
        assert_eq!(words("S.T.O.P"), "s t o p");
        assert_eq!(words("S T O P"), "stop");
        assert_eq!(
            words("Don’t m'envoyez GRÜSSE à l'été"),
            "dont m envoyez grusse a l ete"
        );
        assert_eq!(words("de\u{301}sabonner s\u{200b}top"), "desabonner stop");
        assert_eq!(words("👍 …"), "");
    }
}
