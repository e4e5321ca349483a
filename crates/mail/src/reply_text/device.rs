//! Taglines that apps and devices add: "Sent from my iPhone".

use super::words::{contains_word, folded, is_unspaced, starts_with_word};

/// Openings of taglines, in lower case.
const OPENINGS: &[&str] = &[
    "sent from",
    "sent via",
    "sent with",
    "sent using",
    "sent by",
    "get outlook for",
    "get bluemail for",
    "get typeapp for",
    "download outlook",
    "von meinem",
    "von meiner",
    "gesendet von",
    "gesendet mit",
    "gesendet über",
    "gesendet aus",
    "diese nachricht wurde von meinem",
    "holen sie sich outlook",
    "outlook für",
    "envoyé de",
    "envoyé depuis",
    "envoyé à partir",
    "envoyé avec",
    "envoyé par",
    "envoyé via",
    "télécharger outlook",
    "obtenez outlook",
    "enviado desde",
    "enviado con",
    "enviado do",
    "enviado da",
    "enviado de",
    "enviado a partir",
    "enviado via",
    "enviado pelo",
    "obtener outlook",
    "obter o outlook",
    "obtenga outlook",
    "inviato da",
    "inviato dal",
    "inviato con",
    "scarica outlook",
    "ottieni outlook",
    "verstuurd vanaf",
    "verzonden vanaf",
    "verzonden met",
    "verstuurd met",
    "verzonden via",
    "outlook voor",
    "download outlook voor",
    "sendt fra",
    "sendt med",
    "hent outlook",
    "få outlook",
    "skickat från",
    "skickat med",
    "skickades från",
    "hämta outlook",
    "lähetetty",
    "hanki outlook",
    "wysłane z",
    "wysłano z",
    "wysłane przez",
    "pobierz outlook",
    "odesláno z",
    "odoslané z",
    "odesláno pomocí",
    "отправлено с",
    "отправлено из",
    "отправлено через",
    "надіслано з",
    "відправлено з",
    "надіслано через",
    "trimis de pe",
    "trimis din",
    "küldve",
    "elküldve",
    "στάλθηκε από",
    "εστάλη από",
    "được gửi từ",
    "đã gửi từ",
    "gửi từ",
    "dikirim dari",
    "poslano z",
    "poslano s",
    "发自",
    "發自",
    "来自我的",
    "从我的",
    "從我的",
    "通过我的",
    "傳送自",
    "传送自",
    "נשלח מ",
    "أُرسلت من",
    "ส่งจาก",
    "via mobile",
    "via iphone",
    "sent on the go",
    "sent on the move",
    "sendt via",
    "enviat des de",
];

/// Endings of taglines in languages that put the verb last, in lower case.
const ENDINGS: &[&str] = &["から送信", "에서 보냄", "gönderildi", "küldve"];

/// Words of a tagline that is known by its ending, at most.
const MAX_ENDED_WORDS: usize = 3;

/// Devices and apps.
const DEVICES: &[&str] = &[
    "iphone",
    "ipad",
    "ipod",
    "apple watch",
    "android",
    "samsung",
    "galaxy",
    "blackberry",
    "huawei",
    "xiaomi",
    "redmi",
    "oneplus",
    "pixel",
    "nokia",
    "motorola",
    "htc",
    "sony",
    "xperia",
    "lumia",
    "windows phone",
    "windows mail",
    "mail for windows",
    "mail für windows",
    "outlook",
    "yahoo",
    "gmail",
    "aol",
    "proton",
    "sparrow",
    "superhuman",
    "mailbird",
    "thunderbird",
    "spark",
    "bluemail",
    "typeapp",
    "airmail",
    "mailspring",
    "canary mail",
    "fastmail",
    "tutanota",
    "tuta",
    "gmx",
    "web.de",
    "k-9",
    "mobile",
    "handy",
    "mobilgerät",
    "smartphone",
    "smart phone",
    "phone",
    "téléphone",
    "móvil",
    "movil",
    "celular",
    "cellulare",
    "telefon",
    "telemóvel",
    "mobiel",
    "mobil",
    "tablet",
    "tablette",
    "mail.ru",
    "яндекс",
    "телефон",
    "смартфон",
    "мобільн",
    "мобильн",
    "手机",
    "手機",
    "携帯",
    "휴대",
    "wiko",
    "oppo",
    "vivo",
    "verizon",
    "at&t",
    "t-mobile",
    "boxer",
    "mailtrack",
    "newton",
    "zoho",
    "icloud",
    "macbook",
    "webmail",
];

/// Words of the longest tagline without a known device or app in it.
const MAX_WORDS: usize = 8;

/// What a line says about being a tagline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tagline {
    /// Names a device or an app; nothing of the sender's follows.
    Known,
    /// Has the form only ("Sent from a magnificent torch of pixels").
    Likely,
}

/// Whether the line is a tagline.
pub(super) fn tagline(line: &str) -> Option<Tagline> {
    if line.len() > 300 {
        return None;
    }
    let linked = line.contains(['<', '(', '[']) && line.contains("://");
    let bare = line.split(['<', '[', '(']).next().unwrap_or(line);
    let bare = bare.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let phrase = folded(bare);
    let opened = OPENINGS
        .iter()
        .find(|opening| starts_with_word(&phrase, opening));
    let ended = phrase.split_whitespace().count() <= MAX_ENDED_WORDS
        && ENDINGS.iter().any(|ending| phrase.ends_with(ending));
    if opened.is_none() && !ended {
        return None;
    }
    let clause = phrase
        .split([',', '.', ';', '!', '，', '。'])
        .next()
        .unwrap_or(&phrase);
    let names_device = DEVICES.iter().any(|device| names(clause, device));
    let words = phrase.split_whitespace().count();
    if names_device
        && (words <= MAX_WORDS
            || clause.len() < phrase.len()
            || clause.split_whitespace().count() <= MAX_WORDS)
    {
        return (!continues_as_prose(clause)).then_some(Tagline::Known);
    }
    let unbroken = clause.len() == phrase.len() && words <= MAX_WORDS && !bare.ends_with('.');
    let personal = phrase.starts_with("sent from my ") || linked;
    match opened {
        Some(_) if unbroken && personal => Some(Tagline::Known),
        Some(&"sent from") if unbroken => Some(Tagline::Likely),
        _ => None,
    }
}

/// Whether a word of the clause starts with the device's name, or is it if the name is short.
fn names(clause: &str, device: &str) -> bool {
    if device.chars().count() <= 4 {
        return contains_word(clause, device);
    }
    clause.match_indices(device).any(|(at, _)| {
        let before = clause[..at].chars().next_back();
        !before.is_some_and(char::is_alphanumeric) || before.is_some_and(is_unspaced)
    })
}

/// "Sent from my iPhone app to all users": a sentence that goes on.
fn continues_as_prose(clause: &str) -> bool {
    const VERBS: &[&str] = &[
        "is",
        "was",
        "are",
        "were",
        "has",
        "have",
        "to",
        "but",
        "when",
        "because",
        "that",
        "which",
        "yesterday",
        "today",
    ];
    clause.split_whitespace().any(|word| VERBS.contains(&word))
}
