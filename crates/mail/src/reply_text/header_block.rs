//! Headers of an earlier message repeated as text ("From: … Sent: … To: …").

use super::line::Line;

/// What a header line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    From,
    /// A date under a label only mail clients use ("Sent", "Gesendet").
    Sent,
    Date,
    To,
    Subject,
    /// Copies, reply address, importance, attachments.
    Other,
}

impl Header {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Labels by language, in lower case.
const LABELS: &[(Header, &[&str])] = &[
    (
        Header::From,
        &[
            "from", "von", "de", "da", "van", "fra", "från", "lähettäjä", "od", "nadawca", "от", "от кого", "від",
            "feladó", "de la", "expéditeur", "expediteur", "absender", "remetente", "remitente", "mittente", "afzender",
            "afsender", "avsender", "avsändare", "kimden", "gönderen", "από", "odesílatel", "odesilatel", "pošiljatelj",
            "šalje", "kuo", "no", "saatja", "từ", "người gửi", "dari", "发件人", "寄件者", "寄件人", "發件人", "差出人",
            "送信者", "送信元", "보낸 사람", "보낸사람", "발신", "발신인", "מאת", "من", "จาก",
        ],
    ),
    (
        Header::Sent,
        &[
            "sent", "gesendet", "gesendet am", "envoyé", "envoyé le", "envoye", "enviado", "enviado el", "enviada",
            "enviada em", "enviado em", "enviado a las", "inviato", "inviato il", "verzonden", "verzonden op", "sendt",
            "skickat", "skickades", "lähetetty", "wysłano", "wysłany", "odesláno", "odoslané", "отправлено",
            "дата отправки", "надіслано", "відправлено", "elküldve", "küldve", "trimis", "gönderildi", "gönderilme tarihi",
            "gönderme tarihi", "στάλθηκε", "απεστάλη", "đã gửi", "message du", "发送时间", "寄件日期", "傳送時間", "發送時間",
            "送信日時", "送信日", "보낸 날짜", "보낸날짜", "נשלח", "تم الإرسال", "дата отправления",
        ],
    ),
    (
        Header::Date,
        &[
            "date", "datum", "fecha", "data", "dato", "päiväys", "päivämäärä", "pvm", "дата", "dátum", "tarih",
            "ημερομηνία", "ngày", "tanggal", "日期", "时间", "日時", "日付", "날짜", "תאריך", "التاريخ", "วันที่",
        ],
    ),
    (
        Header::To,
        &[
            "to", "an", "à", "a", "para", "aan", "til", "till", "vastaanottaja", "do", "komu", "adresat", "кому",
            "címzett", "către", "kime", "alıcı", "προς", "đến", "tới", "kepada", "收件人", "收件者", "宛先", "받는 사람",
            "받는사람", "수신", "destinataire", "destinatario", "destinatário", "empfänger", "ontvanger", "modtager",
            "mottaker", "mottagare", "אל", "إلى", "ถึง",
        ],
    ),
    (
        Header::Subject,
        &[
            "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "emne", "ämne", "aihe",
            "temat", "předmět", "predmet", "тема", "tárgy", "subiect", "konu", "θέμα", "chủ đề", "tiêu đề", "subjek",
            "perihal", "主题", "主旨", "主題", "件名", "제목", "נושא", "الموضوع", "เรื่อง",
        ],
    ),
    (
        Header::Other,
        &[
            "cc", "bcc", "kopie", "kopi", "kopia", "copie", "copie à", "copia", "cópia", "kopio", "копия", "копія", "másolat",
            "dw", "udw", "ccn", "cci", "cco", "reply-to", "reply to", "antwort an", "répondre à", "responder a",
            "responder para", "rispondi a", "importance", "wichtigkeit", "priorität", "priority", "prioridad", "attachments",
            "anlagen", "pièces jointes", "adjuntos", "allegati", "bijlagen", "organization", "newsgroups", "message-id",
            "抄送", "副本", "참조", "kópia", "kopija", "bilgi", "κοιν",
        ],
    ),
];

/// Lines of one header that mail clients break it into, at most.
const MAX_CONTINUATION_LINES: usize = 3;

/// Lines of one block, at most: long lists of recipients, but never a whole mail.
const MAX_BLOCK_LINES: usize = 80;

/// What was found at a line.
pub(super) struct HeaderBlock {
    /// The index after the block's last line.
    pub end: usize,
    /// Whether the block is a single "From" line.
    pub lone_from: bool,
}

/// The header block that starts at line `at`. `announced` tells that a
/// separator stands above it, so that less of it will do.
pub(super) fn at(lines: &[Line<'_>], at: usize, announced: bool) -> Option<HeaderBlock> {
    let (first, _) = parse(lines[at].trimmed())?;
    if first == Header::Other {
        return None;
    }
    let block = read(lines, at);
    let has = |header: Header| block.seen & header.bit() != 0;
    let count = block.seen.count_ones();
    let dated = has(Header::Sent) || has(Header::Date);
    let told = block.has_address || has(Header::Subject) || has(Header::Sent);
    let full = count >= 2 && told && if has(Header::From) {
        dated || has(Header::Subject)
    } else {
        dated && has(Header::To) && has(Header::Subject)
    };
    let accepted = full || (announced && (has(Header::From) || count >= 2));
    if accepted {
        return Some(HeaderBlock { end: block.end, lone_from: false });
    }
    let alone = count == 1
        && first == Header::From
        && block.has_bracketed_address
        && (at == 0 || lines[at - 1].is_blank())
        && lines.get(block.end).is_none_or(Line::is_blank);
    alone.then_some(HeaderBlock { end: block.end, lone_from: true })
}

/// Whether the line is a header of any kind.
pub(super) fn is_header(line: &Line<'_>) -> bool {
    parse(line.trimmed()).is_some()
}

struct Block {
    end: usize,
    seen: u8,
    has_address: bool,
    has_bracketed_address: bool,
}

/// Reads headers, their continuation lines, and single blank lines between them.
fn read(lines: &[Line<'_>], at: usize) -> Block {
    let mut block = Block { end: at, seen: 0, has_address: false, has_bracketed_address: false };
    let mut i = at;
    while let Some(line) = lines.get(i).filter(|_| i < at + MAX_BLOCK_LINES) {
        if let Some((header, _)) = parse(line.trimmed()) {
            block.seen |= header.bit();
        } else if line.is_blank() {
            if lines.get(i + 1).is_some_and(|next| is_header(next)) {
                i += 1;
                continue;
            }
            break;
        } else if !continues(lines, i, block.end) {
            break;
        }
        let text = line.trimmed();
        block.has_address |= text.contains('@');
        block.has_bracketed_address |= text.contains('@') && text.contains(['<', '[']);
        i += 1;
        block.end = i;
    }
    block
}

/// Whether line `i` carries on the header before it: it opens with an address,
/// follows a comma, or other headers follow closely.
fn continues(lines: &[Line<'_>], i: usize, header_end: usize) -> bool {
    if i != header_end || lines[i].is_quoted() {
        return false;
    }
    let before = lines[i - 1].trimmed();
    lines[i].trimmed().starts_with(['<', '['])
        || before.ends_with([',', ';', '<'])
        || before.ends_with([':', '：'])
        || lines[i..].iter().take(MAX_CONTINUATION_LINES + 1).take_while(|l| !l.is_blank()).any(is_header)
}

/// Reads "label: value", with the label in the table, bold marks allowed.
fn parse(text: &str) -> Option<(Header, &str)> {
    let bare = text.trim_start_matches(['*', '_', '|', ' ', '\t']);
    let colon = bare.char_indices().take(30).find(|(_, c)| matches!(c, ':' | '：'));
    let (at, mark) = colon?;
    let label = bare[..at].trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).to_lowercase();
    let value = bare[at + mark.len_utf8()..].trim_start_matches(['*', '_', ' ']);
    let (header, _) = LABELS.iter().find(|(_, labels)| labels.contains(&label.as_str()))?;
    Some((*header, value))
}
