// How button, badge, invitation and frame look. It lives in a shadow root: the page's style does not reach it, and a
// style sheet made by a script needs no permission of the page's Content-Security-Policy.

export const LOOK = `
:host { all: initial; --brand: #1f5fbf; --on-brand: #fff; color-scheme: light dark }
* { box-sizing: border-box; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
[hidden] { display: none !important }
button { cursor: pointer; margin: 0 }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; box-shadow: 0 0 0 3px #fff }
.launcher {
  position: fixed; z-index: 2147483000; bottom: 20px; inset-inline-end: 20px; width: 56px; height: 56px; padding: 0;
  display: grid; place-items: center; border: 1px solid #fff6; border-radius: 50%;
  background: var(--brand); color: var(--on-brand); box-shadow: 0 4px 16px #0005;
}
.start .launcher { inset-inline: 20px auto }
.launcher svg { width: 26px; height: 26px; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
.badge {
  position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px;
  border: 2px solid #fff; border-radius: 11px; background: #b3261e; color: #fff; font-size: 12px; line-height: 18px;
  font-weight: 600; text-align: center;
}
.panel {
  position: fixed; z-index: 2147483001; bottom: 90px; inset-inline-end: 20px; width: 384px; height: min(640px, calc(100dvh - 110px));
  border: 1px solid #7778; border-radius: 16px; overflow: hidden; background: Canvas; box-shadow: 0 12px 40px #0005;
}
.start .panel { inset-inline: 20px auto }
iframe { display: block; width: 100%; height: 100%; border: 0 }
.invitation {
  position: fixed; z-index: 2147482999; bottom: 90px; inset-inline-end: 20px; display: flex; align-items: start;
  max-width: min(300px, calc(100vw - 40px)); border: 1px solid #7778; border-radius: 14px;
  background: Canvas; color: CanvasText; box-shadow: 0 6px 24px #0004;
}
.start .invitation { inset-inline: 20px auto }
.invitation button { border: 0; background: none; color: inherit; min-height: 44px; text-align: start; border-radius: 14px }
.say { padding: 10px 4px 10px 14px; flex: 1; overflow-wrap: anywhere }
.no { width: 44px; flex: none; text-align: center !important; font-size: 20px }
.news { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
@media (max-width: 480px), (max-height: 480px) {
  .panel, .start .panel { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0 }
  .open .launcher { display: none }
}
@media (prefers-reduced-motion: no-preference) {
  .panel, .invitation { animation: rise .18s ease-out }
  @keyframes rise { from { opacity: 0; transform: translateY(8px) } }
}
@media print { :host { display: none } }
`;

export const NARROW = "(max-width: 480px), (max-height: 480px)";

/** Black or white, whichever can be read on `#rrggbb` (WCAG 2, relative luminance). */
export function readableOn(color: string): "#000" | "#fff" {
  return luminance(color) > 0.179 ? "#000" : "#fff";
}

/** The relative luminance of `#rrggbb`, 0 to 1. */
export function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
