//! Words of mailing lists, gateways and lawyers.

use super::line::{Line, next_text};
use super::words::folded;

/// Openings of paragraphs that lists, virus scanners and mail clients append.
const FOOTERS: &[&str] = &[
    "you received this message because",
    "you are receiving this because",
    "you are receiving this email because",
    "you received this email because",
    "you're receiving this because",
    "you're receiving this email because",
    "sie erhalten diese e-mail",
    "vous recevez ce message",
    "vous recevez cet e-mail",
    "recibiste este mensaje porque",
    "você recebeu esta mensagem porque",
    "hai ricevuto questo messaggio perché",
    "to unsubscribe from this",
    "to view this discussion",
    "to stop receiving these",
    "to unsubscribe, ",
    "to unsubscribe or change",
    "reply to this email directly",
    "view it on github",
    "please consider the environment",
    "please think of the environment",
    "please think before you print",
    "think before you print",
    "consider the environment before printing",
    "before printing this e",
    "bitte denken sie an die umwelt",
    "bitte prüfen sie der umwelt",
    "pensez à l'environnement",
    "pensez à l’environnement",
    "antes de imprimir este",
    "antes de imprimir, ",
    "per favore pensa all'ambiente",
    "virus-free",
    "virenfrei",
    "sans virus",
    "libre de virus",
    "livre de vírus",
    "this email has been checked for viruses",
    "this e-mail has been checked for viruses",
    "diese e-mail wurde auf viren",
    "diese e-mail wurde von avast",
    "l'absence de virus",
    "este correo electrónico ha sido comprobado",
    "el software de antivirus avast",
    "questa e-mail è stata controllata per individuare virus",
    "this message was scanned",
];

/// Words of disclaimers. A paragraph needs one of the openings or several of
/// these to count.
const LEGAL_OPENINGS: &[&str] = &[
    "confidentiality notice",
    "confidentiality note",
    "confidentiality",
    "disclaimer",
    "legal notice",
    "privacy notice",
    "important notice",
    "notice of confidentiality",
    "haftungsausschluss",
    "vertraulichkeitshinweis",
    "rechtlicher hinweis",
    "avis de confidentialité",
    "avertissement",
    "aviso legal",
    "aviso de confidencialidad",
    "aviso de confidencialidade",
    "avviso di riservatezza",
    "informativa sulla privacy",
    "nota di riservatezza",
    "the information contained in this",
    "the information in this e",
    "the content of this e",
    "the contents of this e",
    "this message contains confidential",
    "this message is intended only",
    "this message is confidential",
    "this e-mail is confidential",
    "this email is confidential",
    "this e-mail and any",
    "this email and any",
    "this email message and any",
    "this message and any",
    "this transmission is intended",
    "this communication is",
    "this communication may contain",
    "this email may contain",
    "this e-mail may contain",
    "this message may contain",
    "this email contains",
    "this e-mail contains",
    "this email is intended",
    "this e-mail is intended",
    "diese e-mail enthält",
    "diese email enthält",
    "diese nachricht enthält",
    "der inhalt dieser e-mail",
    "diese e-mail ist vertraulich",
    "die in dieser e-mail",
    "ce message et",
    "ce message est confidentiel",
    "ce courriel et",
    "cet e-mail et",
    "le contenu de ce",
    "este mensaje y",
    "este mensaje contiene",
    "este mensaje se dirige",
    "este correo electrónico",
    "esta mensagem e",
    "esta mensagem pode conter",
    "esta mensagem contém",
    "este e-mail e",
    "le informazioni contenute in quest",
    "questo messaggio",
    "questa e-mail",
    "il contenuto di quest",
    "dit bericht is",
    "dit e-mailbericht",
    "de informatie in dit",
    "deze e-mail is",
    "denne e-mail",
    "denne e-post",
    "denna e-post",
    "detta meddelande",
    "tämä viesti",
    "tämä sähköposti",
    "niniejsza wiadomość",
    "ta wiadomość",
    "tato zpráva",
    "tento e-mail",
    "настоящее сообщение",
    "данное сообщение",
    "это сообщение",
    "это электронное",
    "це повідомлення",
    "bu e-posta",
    "bu mesaj",
    "本邮件",
    "本郵件",
    "此电子邮件",
    "本メール",
    "このメール",
    "본 메일",
    "이 메일은",
    "nota de confidencialidad",
    "aquest missatge",
];

const LEGAL_WORDS: &[&str] = &[
    "confidential",
    "privileged",
    "intended recipient",
    "intended solely",
    "solely for",
    "addressee",
    "received this",
    "in error",
    "notify the sender",
    "disclos",
    "unauthori",
    "liab",
    "prohibited",
    "delete it",
    "dissemination",
    "vertraulich",
    "unbefugt",
    "irrtümlich",
    "empfänger",
    "confidentiel",
    "destinataire",
    "par erreur",
    "confidencial",
    "por error",
    "destinatário",
    "por engano",
    "riservat",
    "destinatari",
    "per errore",
    "vertrouwelijk",
    "geadresseerde",
    "fortrolig",
    "konfidentiell",
    "luottamuksell",
    "poufn",
    "důvěrn",
    "конфиденциальн",
    "конфіденційн",
    "gizli",
    "保密",
    "机密",
    "機密",
    "기밀",
];

/// Openings of what gateways write above mail from outside, in lower case.
const BANNER_OPENINGS: &[&str] = &[
    "[external]",
    "[ext]",
    "[extern]",
    "external email",
    "external sender",
    "external:",
    "externe e-mail",
    "extern e-mail",
    "you don't often get email from",
    "you don’t often get email from",
    "sie erhalten nicht oft",
    "caution: external",
    "warning: external",
    "caution: this email",
    "caution: this e-mail",
    "warning: this email",
    "warning: this e-mail",
];

/// Other words of such banners.
const BANNER_WORDS: &[&str] = &[
    "originated from outside",
    "originates from outside",
    "do not click links or open attachments",
    "do not click on links or open",
];

/// Lines from the end of a stretch in which notices are looked for.
const TAIL_LINES: usize = 60;

/// The index of the first line of the notices that close `lines`, or `None`.
pub(super) fn closing_notices(lines: &[Line<'_>]) -> Option<usize> {
    let from = lines.len().saturating_sub(TAIL_LINES);
    (from..lines.len()).find(|&i| {
        !lines[i].is_blank()
            && (i == 0 || lines[i - 1].is_blank() || is_footer(&lines[i]))
            && is_notice(&lines[i..])
    })
}

fn is_footer(line: &Line<'_>) -> bool {
    let text = folded(line.text);
    FOOTERS
        .iter()
        .any(|footer| text.starts_with(footer.trim_end()))
}

/// Whether a notice starts with the first of `lines`.
fn is_notice(lines: &[Line<'_>]) -> bool {
    let Some(first) = lines.first() else {
        return false;
    };
    if is_footer(first) {
        return true;
    }
    let opening = folded(first.text);
    if !LEGAL_OPENINGS
        .iter()
        .any(|legal| opening.starts_with(legal))
    {
        return false;
    }
    let text: Vec<String> = lines
        .iter()
        .take(8)
        .map(|line| line.text.to_lowercase())
        .collect();
    let text = text.join(" ");
    LEGAL_WORDS
        .iter()
        .filter(|word| text.contains(*word))
        .count()
        >= 2
}

/// The index after a gateway's banner that starts at line `at`.
pub(super) fn banner_at(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let end = (at..lines.len())
        .find(|&i| lines[i].is_blank())
        .unwrap_or(lines.len());
    if end - at > 6 {
        return None;
    }
    let text: Vec<String> = lines[at..end]
        .iter()
        .map(|line| line.text.to_lowercase())
        .collect();
    let text = text.join(" ");
    let words = text.split_whitespace().count();
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[');
    let opened = BANNER_OPENINGS
        .iter()
        .any(|opening| bare.starts_with(opening));
    let found = words <= 80 && (opened || BANNER_WORDS.iter().any(|phrase| text.contains(phrase)));
    // With nothing below it, it is all there is to show.
    (found && next_text(lines, end).is_some()).then_some(end)
}
