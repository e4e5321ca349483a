// Emoji to pick. Arrow keys move, so that Tab passes over them at once.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../words.ts";

const ALL = [
  "😀 😄 😁 😅 😂 🙂 😉 😊 😇 😍 😘 😋 😎 🤩 🥳 🤗 🤔 🤨 😐 😑 🙄 😏 😣 😥 😮 😯 😪 😫 😴 😌 😛 😒 😓 😔 😕 🙃",
  "😲 🙁 😖 😞 😟 😤 😢 😭 😦 😨 😩 😬 😰 😱 😳 🤯 😡 😷 🤒 🤕 🤢 🥺 🤝 👍 👎 👌 ✌️ 🤞 👋 🙏 👏 💪 🙌 👀",
  "❤️ 🧡 💛 💚 💙 💜 💔 💯 ✨ ⭐ 🔥 🎉 🎁 🎂 ☀️ 🌧️ ❄️ 🌈 🐶 🐱 🌸 🌳 🍀 ☕ 🍕 🍰 🏠 🚗 🚚 ✈️ 📦 📱 💻 💡 📷 🔑 🔒 💳 💶 🛒 📝",
  "📅 ⏰ ☎️ ✉️ ✅ ❌ ❓ ❗ ⚠️ ➡️ ⬅️ 🆗",
]
  .join(" ")
  .split(" ");
const COLUMNS = 8;

export default function Emoji({ onPick }: { onPick: (emoji: string) => void }): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const go = (to: number): void => {
    const place = Math.max(0, Math.min(ALL.length - 1, to));
    setAt(place);
    grid.current?.querySelectorAll("button")[place]?.focus();
  };
  useLayoutEffect(() => go(0), []);
  const side = document.documentElement.dir === "rtl" ? -1 : 1;
  const moves: Record<string, number> = {
    ArrowRight: side,
    ArrowLeft: -side,
    ArrowDown: COLUMNS,
    ArrowUp: -COLUMNS,
    Home: -ALL.length,
    End: ALL.length,
  };
  return (
    <div
      class="emoji"
      role="group"
      aria-label={t("emojiList")}
      ref={grid}
      onKeyDown={(event) => {
        const move = moves[event.key];
        if (move === undefined) return;
        event.preventDefault();
        go(at + move);
      }}
    >
      {ALL.map((emoji, place) => (
        <button
          type="button"
          key={emoji}
          tabIndex={place === at ? 0 : -1}
          onFocus={() => setAt(place)}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
