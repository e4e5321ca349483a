// The shop's colour, so that it can be read: as ground under text, and as text on our own ground.

import { luminance, readableOn } from "../../loader/look.ts";

/** The least contrast of text (WCAG 2, level AA). */
const CONTRAST = 4.5;
const LIGHT_GROUND = "#eceff3";
const DARK_GROUND = "#2a3038";

export function paint(color: string): void {
  const { style } = document.documentElement;
  style.setProperty("--brand", color);
  style.setProperty("--on-brand", readableOn(color));
  style.setProperty("--brand-on-light", readable(color, LIGHT_GROUND, "#000000"));
  style.setProperty("--brand-on-dark", readable(color, DARK_GROUND, "#ffffff"));
}

/** `color`, moved towards `end` until it can be read on `ground`. */
export function readable(color: string, ground: string, end: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, end, share);
    if (contrast(mixed, ground) >= CONTRAST) return mixed;
  }
  return end;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function mix(a: string, b: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [from, to] = [a, b].map((color) => Number.parseInt(color.slice(at, at + 2), 16));
    const part = Math.round((from ?? 0) * (1 - share) + (to ?? 0) * share);
    return part.toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}
