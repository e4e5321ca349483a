//! Closings: "Best regards", "Mit freundlichen Grüßen", "Thanks".

use super::words::{folded, is_name};

/// What a closing line is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// A formula that says nothing: part of the signature even with no name after it.
    Formula,
    /// Thanks and wishes: words of the sender's unless a name follows.
    Thanks,
}

const FORMULAS: &[&str] = &[
    // English
    "regards", "best regards", "kind regards", "kindest regards", "warm regards", "warmest regards", "with regards",
    "with best regards", "with kind regards", "with warm regards", "best wishes", "with best wishes", "kind wishes", "rgds", "brgds",
    "best rgds", "kr", "br", "sincerely", "yours sincerely", "sincerely yours", "most sincerely", "yours faithfully",
    "faithfully", "faithfully yours", "yours truly", "truly yours", "respectfully", "respectfully yours", "cordially",
    "cordially yours", "yours", "best", "all the best", "my best", "very best", "cheers", "warmly", "thanks and regards",
    "thanks & regards", "thank you and best regards", "thanks and best regards", "thank you and kind regards",
    "thanks and kind regards", "many thanks and kind regards", "many thanks and best regards", "with thanks and regards",
    "thanks with regards", "love", "lots of love", "xoxo", "take care", "yours respectfully", "regards and thanks", "warmest wishes",
    "very truly yours", "in kind regards", "best to you", "kindly",
    // German
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "mit freundlichem gruss", "mfg",
    "mit besten grüßen", "mit besten grüssen", "beste grüße", "beste grüsse", "besten gruß", "viele grüße", "viele grüsse", "vg",
    "lg", "liebe grüße", "liebe grüsse", "lieben gruß", "herzliche grüße", "herzliche grüsse", "schöne grüße", "schöne grüsse",
    "freundliche grüße", "freundliche grüsse", "freundlicher gruß", "gruß", "gruss", "grüße", "grüsse", "hochachtungsvoll",
    "mit herzlichen grüßen", "mit lieben grüßen", "sonnige grüße", "vielen dank und viele grüße", "danke und viele grüße",
    "danke und gruß", "vielen dank und freundliche grüße", "viele liebe grüße", "mit vielen grüßen",
    // French
    "cordialement", "bien cordialement", "très cordialement", "cdt", "cdlt", "bien à vous", "bien à toi", "sincères salutations",
    "salutations", "meilleures salutations", "mes salutations", "salutations distinguées", "respectueusement", "amicalement",
    "bien sincèrement", "sincèrement", "bises", "bisous", "à bientôt", "avec mes salutations", "meilleurs sentiments",
    // Spanish, Catalan
    "saludos", "un saludo", "saludos cordiales", "un cordial saludo", "cordiales saludos", "atentamente", "muy atentamente", "atte",
    "un abrazo", "abrazos", "cordialmente", "saludos y gracias", "gracias y saludos", "salutacions", "reciba un cordial saludo",
    // Portuguese
    "atenciosamente", "att", "cumprimentos", "com os melhores cumprimentos", "melhores cumprimentos", "abraços", "abraço",
    "um abraço", "com os meus cumprimentos", "saudações", "abs", "grato", "grata",
    // Italian
    "cordiali saluti", "distinti saluti", "saluti", "un saluto", "un cordiale saluto", "i migliori saluti", "con i migliori saluti",
    "a presto", "tanti saluti",
    // Dutch
    "met vriendelijke groet", "met vriendelijke groeten", "mvg", "vriendelijke groet", "vriendelijke groeten", "groeten", "groet",
    "groetjes", "hartelijke groet", "hartelijke groeten", "met hartelijke groet", "hoogachtend", "beste groeten",
    // Danish, Norwegian, Swedish, Finnish
    "med venlig hilsen", "venlig hilsen", "mvh", "vh", "hilsen", "mange hilsner", "de bedste hilsner", "bedste hilsner",
    "kærlig hilsen", "kh", "med vennlig hilsen", "vennlig hilsen", "beste hilsen", "hilsener", "med vänlig hälsning",
    "med vänliga hälsningar", "vänliga hälsningar", "vänlig hälsning", "hälsningar", "bästa hälsningar", "hälsar", "ystävällisin terveisin",
    "ystävällisesti", "terveisin", "parhain terveisin", "t", "yt", "kunnioittavasti",
    // Polish, Czech, Slovak, Hungarian, Romanian, South Slavic, Baltic
    "pozdrawiam", "z poważaniem", "pozdrawiam serdecznie", "serdecznie pozdrawiam", "serdeczne pozdrowienia", "z pozdrowieniami", "pozdrowienia",
    "s pozdravem", "s pozdravom", "hezký den", "pěkný den", "zdravím", "s úctou", "üdvözlettel", "üdv", "tisztelettel",
    "köszönettel", "cu stimă", "cu respect", "toate cele bune", "o zi bună", "srdačan pozdrav", "lijep pozdrav", "lep pozdrav", "lp",
    "pozdrav", "s poštovanjem", "pagarbiai", "ar cieņu", "lugupidamisega", "поздрави", "с уважение",
    // Russian, Ukrainian
    "с уважением", "с наилучшими пожеланиями", "всего доброго", "всего хорошего", "с приветом", "искренне ваш", "з повагою",
    "з найкращими побажаннями", "щиро ваш",
    // Greek, Turkish, Vietnamese, Indonesian
    "με εκτίμηση", "φιλικά", "με φιλικούς χαιρετισμούς", "χαιρετισμούς", "saygılarımla", "saygılarımızla", "iyi çalışmalar",
    "sevgiler", "selamlar", "trân trọng", "thân mến", "kính thư", "thân ái", "salam", "hormat saya",
    // Chinese, Japanese, Korean
    "此致", "敬礼", "此致敬礼", "祝好", "祝 好", "顺颂商祺", "敬具", "敬上", "よろしくお願いいたします", "宜しくお願いいたします", "以上", "감사합니다 드림", "드림", "올림",
];

const THANKS: &[&str] = &[
    "thanks", "thank you", "many thanks", "thanks a lot", "thanks so much", "thank you so much", "thank you very much",
    "thanks very much", "thanks again", "thank you again", "thanks in advance", "thank you in advance", "thanking you",
    "much appreciated", "with thanks", "thx", "ty", "tia", "cheers mate", "have a nice day", "have a great day", "have a good day",
    "have a nice weekend", "have a great weekend", "have a lovely day", "talk soon", "speak soon", "see you soon", "see you",
    "thanks for your help", "thank you for your help", "thanks for your time", "thank you for your time", "danke", "vielen dank",
    "besten dank", "herzlichen dank", "danke schön", "danke im voraus", "vielen dank im voraus", "dank im voraus", "schönen tag", "merci",
    "merci beaucoup", "merci d'avance", "merci d’avance", "merci par avance", "bonne journée", "bonne soirée", "gracias",
    "muchas gracias", "gracias de antemano", "mil gracias", "un millón de gracias", "obrigado", "obrigada", "muito obrigado", "muito obrigada",
    "desde já obrigado", "grazie", "grazie mille", "molte grazie", "grazie in anticipo", "buona giornata", "bedankt", "dank je wel",
    "dank u wel", "alvast bedankt", "hartelijk dank", "tak", "mange tak", "på forhånd tak", "takk", "tusen takk", "takk for hjelpen",
    "tack", "tack så mycket", "tack på förhand", "kiitos", "kiitos paljon", "kiitos etukäteen", "dziękuję", "dzięki", "z góry dziękuję",
    "děkuji", "děkuju", "díky", "předem děkuji", "ďakujem", "köszönöm", "köszönöm szépen", "mulțumesc", "multumesc", "hvala", "спасибо",
    "большое спасибо", "заранее спасибо", "дякую", "щиро дякую", "ευχαριστώ", "ευχαριστώ πολύ", "teşekkürler", "teşekkür ederim",
    "şimdiden teşekkürler", "cảm ơn", "xin cảm ơn", "terima kasih", "谢谢", "多谢", "謝謝", "ありがとうございます", "감사합니다", "고맙습니다",
];

/// Whether the whole line is a closing.
pub(super) fn closing(line: &str) -> Option<Closing> {
    if line.len() > 80 {
        return None;
    }
    let phrase = folded(line);
    if FORMULAS.contains(&phrase.as_str()) {
        Some(Closing::Formula)
    } else if THANKS.contains(&phrase.as_str()) {
        Some(Closing::Thanks)
    } else {
        None
    }
}

/// Formulas that open other phrases too ("Best Western", "Love Island").
const AMBIGUOUS: &[&str] = &["best", "love", "yours", "kindly", "t", "warmly", "cheers", "salam", "a presto"];

/// Whether the line is a closing and a name: "Sincerely, Ann Lee", "LG Tobias".
pub(super) fn is_closing_with_name(line: &str) -> bool {
    if line.len() > 120 || line.ends_with(['!', '?']) {
        return false;
    }
    if let Some((phrase, name)) = line.split_once([',', '，']) {
        return closing(phrase).is_some() && is_name(name.trim());
    }
    let spaces = line.char_indices().filter(|(_, c)| *c == ' ');
    spaces.into_iter().any(|(at, _)| {
        let (phrase, name) = (folded(&line[..at]), line[at..].trim());
        FORMULAS.contains(&phrase.as_str())
            && !AMBIGUOUS.contains(&phrase.as_str())
            && is_name(name)
            && name.split(' ').count() <= 3
    })
}
