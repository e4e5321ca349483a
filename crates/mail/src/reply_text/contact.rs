//! Lines that tell how to reach someone.

use std::sync::LazyLock;

use regex::Regex;

/// Labels before telephone numbers and handles, in lower case.
const LABELS: &[&str] = &[
    "tel",
    "phone",
    "ph",
    "mobile",
    "mob",
    "cell",
    "office",
    "direct",
    "fax",
    "t",
    "m",
    "f",
    "p",
    "o",
    "e",
    "w",
    "d",
    "c",
    "skype",
    "email",
    "e-mail",
    "mail",
    "web",
    "website",
    "telefon",
    "telefax",
    "mobil",
    "handy",
    "tél",
    "port",
    "portable",
    "teléfono",
    "móvil",
    "cellulare",
    "telefoon",
    "mobiel",
    "тел",
    "моб",
    "电话",
    "手机",
    "電話",
    "携帯",
    "전화",
    "whatsapp",
    "twitter",
    "linkedin",
    "telegram",
    "instagram",
    "facebook",
    "gsm",
    "puhelin",
    "puh",
    "tlf",
    "komórka",
];

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    r"(?i)[^\s@<>]+@[^\s@<>]+\.\p{L}{2,}|https?://|\bwww\.|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|de|fr|eu|uk|example)(?:/\S*)?$"
        .parse()
        .expect("the address pattern is valid")
});

static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    r"^(?:\p{L}[\p{L}./ -]{0,14}[:.)]?\s*)?[+(]{0,2}\d[\d\s()./+-]{5,24}\d(?:\s*(?:x|ext\.?)\s*\d+)?$"
        .parse()
        .expect("the telephone pattern is valid")
});

/// Whether a line of at most a few words holds an address, a link, a telephone
/// number or a labelled handle.
pub(super) fn is_contact(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || "*_|<>[]•·".contains(c));
    if line.len() > 200 || line.split_whitespace().count() > 14 {
        return false;
    }
    let parts = line.split(['|', '•', '·', '–']).map(str::trim);
    let mut parts = parts.filter(|part| !part.is_empty());
    parts.any(|part| is_address(part) || is_phone(part) || is_labelled(part))
}

fn is_address(part: &str) -> bool {
    part.split_whitespace().count() <= 6 && (ADDRESS.is_match(part) || is_handle(part))
}

fn is_handle(part: &str) -> bool {
    part.strip_prefix('@')
        .is_some_and(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}

fn is_phone(part: &str) -> bool {
    let bare = part.trim_matches(|c: char| !c.is_alphanumeric() && !"+(".contains(c));
    PHONE.is_match(bare) && (7..=16).contains(&bare.chars().filter(char::is_ascii_digit).count())
}

fn is_labelled(part: &str) -> bool {
    let Some((label, value)) = part.split_once([':', '：']) else {
        return false;
    };
    let label = label.trim().trim_end_matches('.').to_lowercase();
    LABELS.contains(&label.as_str())
        && !value.trim().is_empty()
        && value.split_whitespace().count() <= 5
}
