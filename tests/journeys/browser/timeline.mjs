// How long a conversation of very many entries takes to open at the desk, and whether scrolling in it keeps up.
import { base, enterTheDemo, launch, theDemo, within } from "./browser.mjs";

const entries = Number(process.argv[2] ?? 20_000);
const OPENINGS = 20;
/** Turns of the wheel, each as far as a turn of an ordinary one. */
const TURNS = 300;
const TURN_PX = 400;
const FRAME_MS = 1_000 / 60;
/** Notes that are written at the same time. */
const AT_ONCE = 16;
const LAST = "Nothing comes after this.";

const { password } = await theDemo();

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: "en-GB" });
const page = await context.newPage();
await page.goto(`${base}/desk`);
await enterTheDemo(page, "ana", password);
const row = await page.locator(".row").first().getAttribute("id");
const conversation = row.slice("row-".length);
// Nobody looks while it is filled.
await page.goto("about:blank");
await fill();

const opened = [];
for (let time = 0; time < OPENINGS; time += 1) {
  await page.goto(`${base}/desk`);
  await page.locator(`[id="${row}"]`).waitFor();
  opened.push(await page.evaluate(open, [row, LAST]));
}
console.log(`a conversation of ${entries} entries, opened ${OPENINGS} times, click to painted:`);
console.log(`median ${within(0.5, opened)} ms, longest ${within(1, opened)} ms (bar: 500 ms)`);

const scroll = page.locator(".timeline .scroll");
await scroll.hover();
const end = await scroll.evaluate(watch);
for (let turn = 0; turn < TURNS; turn += 1) await page.mouse.wheel(0, -TURN_PX);
const { waits, frames, top } = await scroll.evaluate(seen);
if (top >= end) throw new Error("nothing was scrolled");
const gaps = frames.slice(1).map((at, before) => at - frames[before]);
const missed = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / FRAME_MS) - 1), 0);
console.log(`scrolled by ${TURNS} turns of the wheel, ${waits.length} of them heard (bar: all), turn to painted:`);
console.log(`median ${within(0.5, waits)} ms, p95 ${within(0.95, waits)} ms, longest ${within(1, waits)} ms`);
console.log(`${missed} of ${gaps.length + missed} frames missed, the longest took ${within(1, gaps)} ms`);
await browser.close();

/** Writes notes until the conversation has as many entries, the last one by itself. */
async function fill() {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const ask = async (path, csrf, body) => {
    const headers = { cookie, "content-type": "application/json", "x-csrf-token": csrf };
    const method = body ? "POST" : "GET";
    const answer = await fetch(`${base}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  const { csrf } = await ask("session", "");
  let written = (await ask(`conversations/${conversation}`, "")).last_seq;
  const note = (text) => ask(`conversations/${conversation}/notes`, csrf, { text });
  const write = async () => {
    while (written < entries - 1) {
      written += 1;
      await note(`This is entry number ${written}.`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
  await note(LAST);
}

/** Opens the conversation, in the page: how long it takes until its last entry is painted. */
async function open([row, last]) {
  const painted = () => new Promise((wake) => requestAnimationFrame(() => setTimeout(wake)));
  const begun = performance.now();
  document.getElementById(row).click();
  while (!document.querySelector(".timeline")?.textContent.includes(last)) await painted();
  await painted();
  return performance.now() - begun;
}

/** Notes each frame, and how long each turn of the wheel waits for its own. Gives where the timeline stands. */
function watch(element) {
  window.seen = { waits: [], frames: [] };
  const frame = (at) => {
    window.seen.frames.push(at);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const turned = ({ timeStamp }) =>
    requestAnimationFrame(() => setTimeout(() => window.seen.waits.push(performance.now() - timeStamp)));
  element.addEventListener("wheel", turned, { passive: true });
  return element.scrollTop;
}

/** What was noted, once the last turn is painted. */
async function seen(element) {
  await new Promise((wake) => requestAnimationFrame(() => setTimeout(wake, 100)));
  return { ...window.seen, top: element.scrollTop };
}
