// The few words of the button.

interface Words {
  open: string;
  close: string;
  dismiss: string;
  /** Beside a number. */
  unread: string;
}

const WORDS: Record<string, Words> = {
  en: { open: "Open chat", close: "Close chat", dismiss: "Dismiss", unread: "New messages" },
  de: { open: "Chat öffnen", close: "Chat schließen", dismiss: "Ausblenden", unread: "Neue Nachrichten" },
  es: { open: "Abrir el chat", close: "Cerrar el chat", dismiss: "Descartar", unread: "Mensajes nuevos" },
  ar: { open: "فتح الدردشة", close: "إغلاق الدردشة", dismiss: "إخفاء", unread: "رسائل جديدة" },
};

export const wordsOf = (language: string): Words => WORDS[language] ?? (WORDS["en"] as Words);
