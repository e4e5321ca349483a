// Writes the golden table of SMS segment counts with Twilio's own calculator.
//
//   node segments_golden.mjs > segments_golden.tsv
//   node segments_golden.mjs 20000 7 > a longer table from another seed
//
// Columns: encoding, segments, the text as a JSON string. Texts are fixed or drawn from a seeded
// generator, so the table is the same on every run.
import { createRequire } from "node:module";
const { SegmentedMessage } = createRequire(import.meta.url)("sms-segments-calculator");
const [drawn, seed] = [Number(process.argv[2] ?? 400), Number(process.argv[3] ?? 20240607)];

const texts = [
  "", " ", "a", "\n", "\r\n", "\r", "\f", "\t", "\u0000", "\u001b", "`", "ç", "Ç", "€", "[]{}\\^~|",
  "Hello, your parcel is on its way.", "Grüße aus Köln, 5 € gespart", "¿Dónde está mi pedido?",
  "Ça va? Déjà reçu", "Olá, não recebi", "Perché è così?", "Σίγμα", "Привет", "שלום", "مرحبا", "你好",
  "नमस्ते क्षत्रिय", "안녕하세요", "각ᄀ", "“curly”", "it’s", "–—…", "👍", "👍🏽", "🇩🇪🇫🇷🇪", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "1️⃣",
  "🧑‍🚒", "👩🏽‍🦰", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u0301", "Z" + "\u0351".repeat(80) + "a", "\u200d", "\ufe0f", "\u00ad", "\ufeff",
];

// Every kind of character on every position around a boundary.
const fillings = ["a", "€", "👍"];
const probes = ["a", "€", "^", "\n", "\r\n", "ж", "👍", "👨‍👩‍👧‍👦", "🇩🇪", "e\u0301", "👍🏽", "क्षि"];
for (const filling of fillings) {
  const units = filling === "€" ? 2 : filling.length;
  for (const boundary of [67, 70, 134, 153, 160, 306]) {
    for (let before = boundary - 2; before <= boundary; before++) {
      const head = filling.repeat(Math.floor(before / units)) + "a".repeat(before % units);
      for (const probe of probes) texts.push(head + probe);
    }
  }
}

// mulberry32: small, seeded, good enough to draw texts.
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (bound) => Math.floor(random() * bound);
const GSM = [..."@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà"];
const EXTENSION = [..."\f^{}\\[~]|€"];
const JOINERS = ["\u200d", "\ufe0f", "🏽", "\u0301", "🇩", "❤", "♀", "👩", "🧑", "🚒", "🤝", "\u0600", "ᄀ", "ᅡ", "ᆨ", "가", "각", "ा", "\u094d", "\r", "\n", "\u0000", "🏿"];
function anyCharacter() {
  for (;;) {
    const code = random() < 0.5 ? below(0x3000) : below(0x110000);
    if (code < 0xd800 || code > 0xdfff) return String.fromCodePoint(code);
  }
}
const sources = [
  () => GSM[below(GSM.length)],
  () => EXTENSION[below(EXTENSION.length)],
  () => JOINERS[below(JOINERS.length)],
  anyCharacter,
];
for (let i = 0; i < drawn; i++) {
  const mix = [sources.slice(0, 1), sources.slice(0, 2), sources.slice(2, 3), sources.slice(0, 3), sources][i % 5];
  const length = below(i % 3 === 0 ? 40 : 330);
  let text = "";
  for (let k = 0; k < length; k++) text += mix[below(mix.length)]();
  texts.push(text);
}

const lines = texts.map((text) => {
  const message = new SegmentedMessage(text);
  return [message.encodingName, message.segmentsCount, JSON.stringify(text)].join("\t");
});
process.stdout.write([...new Set(lines)].join("\n") + "\n");
