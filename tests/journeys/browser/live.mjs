// How long it takes from the Enter key in the widget until the words stand on the screen of the desk, and back.
import { base, enterTheDemo, launch, theDemo, until, within } from "./browser.mjs";

const count = Number(process.argv[2] ?? 200);

const { outside, password } = await theDemo();

const browser = await launch();
const open = async (url) => {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(url);
  return page;
};

const shop = await open(`${outside}/shop`);
await shop.getByRole("button", { name: "Open chat" }).click();
const widget = shop.frameLocator("#throughline-widget iframe");
const line = widget.getByLabel("Your message");
await line.fill("I want to talk to a person, please");
await line.press("Enter");
await widget.getByText(/· (Sent|Read)/).first().waitFor();
const inside = shop.frames().find((one) => one.url().startsWith(`${base}/widget/`));
const conversation = await inside.evaluate(async () => {
  const mine = localStorage.getItem("throughline.chat.shop-chat.token");
  const me = await fetch("/chat/v1/me", { headers: { authorization: `Bearer ${mine}` } });
  return (await me.json()).conversation.id;
});

const desk = await open(`${base}/desk`);
await enterTheDemo(desk, "ana", password);
await desk.goto(`${base}/desk/open/${conversation}`);
await desk.locator(".timeline .bubble").first().waitFor();
// Taken over, so that no answer of the AI agent runs beside it.
await desk.keyboard.press("r");
await desk.keyboard.type("Hello, this is Ana.");
await desk.keyboard.press("Control+Enter");
await widget.getByText("Hello, this is Ana.").waitFor();

/** Notes when words first stand on a page; painted, not only in its tree. */
const watch = (page, place) =>
  page.evaluate((place) => {
    window.seen = {};
    window.sent = {};
    const now = () => performance.timeOrigin + performance.now();
    const look = () => {
      for (const found of document.querySelector(place).textContent.matchAll(/(?:ping|pong) \d+\./g)) {
        if (window.seen[found[0]] !== undefined) continue;
        window.seen[found[0]] = 0;
        requestAnimationFrame(() => setTimeout(() => (window.seen[found[0]] = now())));
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    addEventListener(
      "keydown",
      (event) => {
        const text = event.target.value;
        if (event.key === "Enter" && text) window.sent[text] = now();
      },
      { capture: true },
    );
  }, place);
await watch(desk, ".timeline");
await watch(inside, ".log");

const seen = (page, text) => until(`${text} is seen`, () => page.evaluate((text) => window.seen[text] > 0, text));
for (let number = 1; number <= count; number += 1) {
  await line.fill(`ping ${number}.`);
  await line.press("Enter");
  await seen(desk, `ping ${number}.`);
}
const took = async (from, to) => {
  const sent = await from.evaluate(() => window.sent);
  const there = await to.evaluate(() => window.seen);
  return Object.entries(sent).flatMap(([text, at]) => (there[text] ? [there[text] - at] : []));
};
const times = await took(inside, desk);
if (times.length !== count) throw new Error(`${count - times.length} of ${count} messages were not measured`);
console.log(`from the widget to the desk, ${times.length} messages, key to painted:`);
console.log(
  `median ${within(0.5, times)} ms, p95 ${within(0.95, times)} ms (bar: 100 ms), p99 ${within(0.99, times)} ms, longest ${within(1, times)} ms`,
);
await browser.close();
