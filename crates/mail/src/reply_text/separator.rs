//! Lines that cut a message in two: rules, "Original Message", "reply above this line".

use super::words::folded;

/// Phrases between dashes that announce an earlier message.
const ANNOUNCEMENTS: &[&str] = &[
    "original message",
    "original appointment",
    "original email",
    "forwarded message",
    "forwarded by",
    "forwarded email",
    "begin forwarded message",
    "reply message",
    "end of forwarded message",
    "ursprüngliche nachricht",
    "urspruengliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "weitergeleitete nachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "message initial",
    "message transféré",
    "message transmis",
    "courriel original",
    "mensaje original",
    "mensaje reenviado",
    "mensaje inicial",
    "mensagem original",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "messaggio originale",
    "messaggio inoltrato",
    "messaggio originario",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "origineel bericht",
    "oprindelig besked",
    "oprindelig meddelelse",
    "videresendt besked",
    "opprinnelig melding",
    "opprinnelig beskjed",
    "videresendt melding",
    "originalmeddelande",
    "ursprungligt meddelande",
    "ursprungligt meddelande",
    "vidarebefordrat meddelande",
    "alkuperäinen viesti",
    "välitetty viesti",
    "edelleenlähetetty viesti",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "wiadomość przekazana",
    "przekazana wiadomość",
    "původní zpráva",
    "původní e-mail",
    "přeposlaná zpráva",
    "pôvodná správa",
    "eredeti üzenet",
    "továbbított üzenet",
    "mesaj original",
    "mesajul original",
    "mesaj redirecționat",
    "исходное сообщение",
    "оригинальное сообщение",
    "первоначальное сообщение",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "конец пересылаемого сообщения",
    "вихідне повідомлення",
    "оригінальне повідомлення",
    "переслане повідомлення",
    "оригинално съобщение",
    "αρχικό μήνυμα",
    "προωθημένο μήνυμα",
    "özgün ileti",
    "orijinal ileti",
    "orijinal mesaj",
    "iletilen mesaj",
    "thư gốc",
    "tin nhắn gốc",
    "thư được chuyển tiếp",
    "pesan asli",
    "原始邮件",
    "原邮件",
    "原始郵件",
    "转发的邮件",
    "轉寄的郵件",
    "转发邮件",
    "元のメッセージ",
    "転送メッセージ",
    "원본 메시지",
    "원본 메일",
    "전달된 메시지",
    "הודעה מקורית",
    "الرسالة الأصلية",
];

/// How Apple Mail opens a forwarded message.
const FORWARD_OPENINGS: &[&str] = &[
    "begin forwarded message",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail",
    "début du message transféré",
    "début du message réexpédié",
    "inicio del mensaje reenviado",
    "início da mensagem encaminhada",
    "início da mensagem reencaminhada",
    "inizio messaggio inoltrato",
    "begin doorgestuurd bericht",
    "start på videresendt besked",
    "start på videresendt melding",
    "vidarebefordrat brev",
    "välitetty viesti alkaa",
    "początek przekazywanej wiadomości",
    "začátek přeposílané zprávy",
    "начало переадресованного сообщения",
    "开始转发的邮件",
    "下面是被转发的邮件",
    "转发的邮件开始",
    "已轉寄的郵件開始",
    "転送されたメッセージ",
    "전달된 메시지 시작",
    "iletilmiş mesajın başlangıcı",
];

/// Help desks' request to write above a line, below which the history stands.
const REPLY_ABOVE: &[&str] = &[
    "reply above this line",
    "type your reply above",
    "write your reply above",
    "reply above the line",
    "enter your reply above",
    "reply above this text",
    "antworten sie oberhalb dieser zeile",
    "bitte oberhalb dieser zeile antworten",
    "répondez au-dessus de cette ligne",
    "répondre au-dessus de cette ligne",
    "responda por encima de esta línea",
    "responda acima desta linha",
    "rispondi sopra questa riga",
    "antwoord boven deze lijn",
    "antwoord boven deze regel",
];

/// Whether the line is made of rule characters only (`____`, `-----`, `=====`).
pub(super) fn is_rule(text: &str) -> bool {
    let mut count = 0_usize;
    text.chars().filter(|c| !c.is_whitespace()).all(|c| {
        count += 1;
        is_rule_char(c)
    }) && count >= 2
}

/// Whether the line announces an earlier message by itself.
pub(super) fn announces_history(text: &str) -> bool {
    if text.len() > 200 {
        return false;
    }
    let phrase = folded(text);
    if let Some(inner) = between_rules(text) {
        let inner = folded(inner);
        if ANNOUNCEMENTS.iter().any(|a| inner.starts_with(a)) {
            return true;
        }
    }
    (text.ends_with([':', '：']) && FORWARD_OPENINGS.contains(&phrase.as_str()))
        || REPLY_ABOVE.iter().any(|marker| phrase.contains(marker))
}

/// The text between rules on both sides (`---- text ----`), if it has both.
pub(super) fn between_rules(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = text.trim_start_matches(is_rule_char);
    let opened = text.len() - inner.len() >= 2;
    let bare = inner
        .trim_end_matches([':', ' '])
        .trim_end_matches(is_rule_char);
    (opened
        && bare.len() + 2 <= inner.trim_end_matches([':', ' ']).len()
        && !bare.trim().is_empty())
    .then(|| bare.trim())
}

fn is_rule_char(c: char) -> bool {
    matches!(
        c,
        '-' | '_'
            | '='
            | '*'
            | '~'
            | '+'
            | '#'
            | '·'
            | '•'
            | '–'
            | '—'
            | '―'
            | '─'
            | '━'
            | '═'
            | '\u{fe4d}'..='\u{fe4f}'
    )
}
