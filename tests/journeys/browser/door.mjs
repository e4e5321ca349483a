// The door to the desk: profiles, logging in, and telling a story from its first line to its last.
import assert from "node:assert/strict";
import { base, launch, picture, until } from "./browser.mjs";

export { change, said } from "./browser.mjs";

export const WIDE = { width: 1400, height: 900 };
export const NARROW = { width: 420, height: 860 };
/** The ways a page is looked at; with the locale, every language has its turn. */
export const LOOKS = [
  { colorScheme: "light", viewport: WIDE, locale: "en-GB" },
  { colorScheme: "dark", viewport: WIDE, locale: "de-DE" },
  { colorScheme: "light", viewport: NARROW, locale: "es-ES" },
  { colorScheme: "dark", viewport: NARROW, locale: "en-GB" },
];

const browser = await launch();
const complaints = [];

/** A browser profile of its own, at the desk's door. Nothing fades: colours are looked at as they are. */
export async function door(options = {}) {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-GB", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(`${base}/desk`);
  await page.getByRole("button", { name: /Log in|Anmelden|Iniciar sesión/ }).waitFor();
  return { context, page };
}

/** Logs in with the keyboard alone: the first field has the focus. */
export async function enter(page, who = "ana") {
  await page.keyboard.type(`${who}@shop.example`);
  await page.keyboard.press("Tab");
  await page.keyboard.type(process.env.STORY_PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".inbox").waitFor();
}

export async function desk(options, who) {
  const { context, page } = await door(options);
  await enter(page, who);
  return { context, page };
}

export const row = (page, name) => page.locator(".row", { hasText: name });

/** Opens what the timeline has folded, until `line` is in sight. */
export const unfolded = (page, what, line) =>
  until(`${what} is in the timeline`, async () => {
    if (await line.isVisible()) return true;
    const fold = page.locator(".event.fold").last();
    if (await fold.isVisible()) await fold.click();
    return false;
  });

export const focused = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.className);

/** Tells every part; a failed one leaves pictures of what was on screen. */
export async function tell(story) {
  let failed = 0;
  for (const [title, part] of Object.entries(story)) {
    if (!title.includes(process.env.STORY_ONLY ?? "")) continue;
    try {
      await part();
      assert.deepEqual(complaints.splice(0), []);
      console.log(`ok: ${title}`);
    } catch (error) {
      failed += 1;
      const open = browser.contexts().flatMap((context) => context.pages());
      await Promise.all(open.map((page, number) => picture(page, `failed-${failed}-${number}`)));
      complaints.length = 0;
      console.error(`FAILED: ${title}\n${error.stack}`);
      await Promise.all(browser.contexts().map((context) => context.close()));
    }
  }
  await browser.close();
  process.exitCode = failed === 0 ? 0 : 1;
}
