// A browser for stories, the checks they share, and pictures of what they saw.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";

const require = createRequire(process.env.STORY_MODULES);
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");

export const base = process.env.STORY_URL;

/** Opens the browser that is installed; the tests never bring one along. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.THROUGHLINE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/** Nothing on the page may keep a person from using it. */
export async function accessible(page, what) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const told = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`,
  );
  assert.deepEqual(told, [], `${what} is not accessible:\n${told.join("\n")}`);
}

/** Keeps a picture, where STORY_PICTURES names a folder for them. */
export async function picture(page, name) {
  const folder = process.env.STORY_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** A PNG, painted by the browser itself. */
export async function paint(page) {
  const url = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 320;
    canvas.height = 200;
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#b5854b";
    brush.fillRect(0, 0, 320, 200);
    brush.fillStyle = "#f3e3c7";
    brush.fillRect(140, 0, 40, 200);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1], "base64");
}

/** Asks the business for something, or tells it to do something. */
export async function business(path, body) {
  const request = body
    ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
    : {};
  const answer = await fetch(`${base}/story/${path}`, request);
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

/** Waits until something holds. */
export async function until(what, holds, ms = 15_000) {
  const end = Date.now() + ms;
  for (;;) {
    if (await holds()) return;
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Changes something as the member of this page would. */
export const change = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const headers = { "content-type": "application/json", "x-csrf-token": csrf };
      const answer = await fetch(`/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
      return answer.ok ? answer.json() : Promise.reject(new Error(await answer.text()));
    },
    [method, path, body],
  );

/** What somebody said, in the timeline of the desk. */
export const said = (page, text) => page.locator(".timeline .bubble", { hasText: text });

/** Waits until the demo shop of a visit is open, and tells the password of those who work there. */
export async function theDemo() {
  const answers = async (url) => {
    try {
      return (await fetch(url)).ok;
    } catch {
      return false;
    }
  };
  const outside = process.env.STORY_OUTSIDE;
  await until("the demo is open", async () => (await answers(`${base}/desk`)) && (await answers(`${outside}/shop`)), 300_000);
  const password = (await readFile(process.env.STORY_PASSWORD_FILE, "utf8")).trim();
  return { outside, password };
}

/** Logs in at the demo's desk, at its door. */
export async function enterTheDemo(page, who, password) {
  await page.getByLabel(/Email/).fill(`${who}@lumen-home.example`);
  await page.getByLabel(/Password/).fill(password);
  await page.keyboard.press("Enter");
  await page.locator(".inbox").waitFor();
}

/** The time that `share` of these took no longer than, in milliseconds. */
export function within(share, times) {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
}
