// A customer in the widget and people at the desk, over the real server: one conversation on every channel.
import assert from "node:assert/strict";
import { accessible, base, change, launch, picture, said, until } from "./browser.mjs";

const host = process.env.STORY_HOST;
const invites = JSON.parse(process.env.STORY_INVITES);
const ANA_PHONE = "+4915112345678";
const browser = await launch();

const outside = async (path, body) => {
  const request = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${host}/story/${path}`, { ...request, signal: AbortSignal.timeout(90_000) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.text();
};

/** Sets a password by the link of the invite, and logs in with it. */
async function arrives(name) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: "en-GB", reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(new URL(new URL(invites[name]).pathname + new URL(invites[name]).search + new URL(invites[name]).hash, base).href);
  await page.getByLabel(/^Password/).fill(process.env.STORY_PASSWORD);
  await page.getByLabel("The same password again").fill(process.env.STORY_PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await until("the password is set", async () => !(await page.getByRole("button", { name: "Set password" }).isVisible()));
  await page.goto(`${base}/desk`);
  await page.locator("input").first().waitFor();
  await page.keyboard.type(`${name}@shop.example`);
  await page.keyboard.press("Tab");
  await page.keyboard.type(process.env.STORY_PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".inbox").waitFor();
  return page;
}

async function visits() {
  const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(host);
  await page.getByRole("button", { name: "Open chat" }).click();
  return { context, frame: page.frameLocator("#throughline-widget iframe") };
}

const writes = async (frame, text) => {
  await frame.getByLabel("Your message").fill(text);
  await frame.getByLabel("Your message").press("Enter");
};
const available = async (page) => {
  await page.keyboard.press("p");
  await page.getByRole("menuitemradio", { name: /^Available/ }).click();
  await page.getByText("You are now: Available.").waitFor();
};
const answers = async (page, text) => {
  await page.keyboard.press("Escape");
  await page.locator(".timeline .scroll").focus();
  await page.keyboard.press("r");
  await page.keyboard.type(text);
  await page.keyboard.press("Control+Enter");
};
/** The desk answers where the customer wrote last. */
const answersOver = (page, way) =>
  until(`${way} is chosen`, async () => (await page.locator(".way-choice option:checked").textContent()) === way);
const offer = (page) => page.getByRole("region", { name: "Offers" }).getByRole("article");
try {
  await together();
} catch (error) {
  const open = browser.contexts().flatMap((context) => context.pages());
  await Promise.all(open.map((page, number) => picture(page, `together-failed-${number}`)));
  throw error;
} finally {
  await browser.close();
}

async function together() {
  const [ana, ben, sue] = [await arrives("ana"), await arrives("ben"), await arrives("sue")];
  console.log("ok: Three people got in by the link of their invites");

  await available(ana);
  const mia = await visits();
  await writes(mia.frame, "My lamp arrived broken");
  await offer(ana).waitFor();
  await mia.frame.getByText("You are next.").waitFor();
  await available(ben);
  await ana.keyboard.press("Alt+x");
  await offer(ben).waitFor();
  await ben.keyboard.press("Alt+o");
  await said(ben, "My lamp arrived broken").waitFor();
  await mia.frame.getByText("You are next.").waitFor({ state: "hidden" });
  await ben.keyboard.type("Sorry to hear that. Could you send a picture?");
  await ben.keyboard.press("Control+Enter");
  await mia.frame.getByText("Sorry to hear that. Could you send a picture?").waitFor();
  await writes(mia.frame, "I will, from home");
  await said(ben, "I will, from home").waitFor();
  console.log("ok: What one agent declines another takes, and both sides read each other at once");

  await mia.context.setOffline(true);
  await answers(ben, "Take your time.");
  await said(ben, "Take your time.").waitFor();
  await mia.context.setOffline(false);
  await mia.frame.getByText("Take your time.").waitFor();
  await writes(mia.frame, "Back on the train");
  await mia.frame.getByText("· Sent").last().waitFor();
  await said(ben, "Back on the train").waitFor();
  assert.equal(await said(ben, "Take your time.").count(), 1, "nothing is there twice");
  console.log("ok: A customer without a connection misses nothing and repeats nothing");

  await mia.frame.getByRole("button", { name: "More" }).click();
  await mia.frame.getByRole("button", { name: "Continue by email or SMS" }).click();
  await mia.frame.getByLabel("Your email address").fill("ana@customer.example");
  await mia.frame.getByRole("button", { name: "Send" }).last().click();
  await outside("mail");
  await outside("mail", { text: "Here it is, the shade is cracked." });
  await said(ben, "Here it is, the shade is cracked.").waitFor();
  await answersOver(ben, "Email · ana@customer.example");
  await answers(ben, "Thank you. We will send you a label.");
  assert.match(await outside("mail"), /We will send you a label\./);
  console.log("ok: It goes on by mail, in the same conversation");

  await mia.frame.getByRole("button", { name: "Close", exact: true }).last().click().catch(() => undefined);
  await mia.frame.getByRole("button", { name: "More" }).click();
  await mia.frame.getByRole("button", { name: "Continue by email or SMS" }).click();
  await mia.frame.getByLabel("SMS").click();
  await mia.frame.getByLabel(/Your phone number/).fill(ANA_PHONE);
  await mia.frame.getByRole("button", { name: "Send" }).last().click();
  const asked = JSON.parse(await outside("text/1"));
  assert.equal(asked.to, ANA_PHONE);
  const [code] = asked.text.match(/\d{6}/);
  await outside("text", { sid: "SM00000000000000000000000000000001", text: code });
  await outside("text", { sid: "SM00000000000000000000000000000002", text: "Please text me the label" });
  await said(ben, "Please text me the label").waitFor();
  await answersOver(ben, `SMS · ${ANA_PHONE}`);
  await answers(ben, "Your label: https://shop.example/label/1");
  assert.deepEqual(JSON.parse(await outside("text/2")), { to: ANA_PHONE, text: "Your label: https://shop.example/label/1" });
  console.log("ok: And by text message; nothing was explained twice");

  const conversation = ben.url().split("/").at(-1);
  const { customer } = await change(ben, "GET", `conversations/${conversation}`);
  const all = await change(ben, "GET", "customers");
  assert.equal(all.items.length, 1, "one customer");
  const entries = await change(ben, "GET", `conversations/${conversation}/entries?after=0&limit=100`);
  assert.deepEqual(entries.items.map(({ seq }) => seq), entries.items.map((_, at) => at + 1), "no gaps");
  await accessible(ben, "a conversation on four ways");
  await picture(ben, "together-desk");

  const other = await visits();
  await writes(other.frame, "It is me, at work");
  await offer(ana).waitFor();
  await ana.keyboard.press("Alt+o");
  await said(ana, "It is me, at work").waitFor();
  const second = await change(ana, "GET", `conversations/${ana.url().split("/").at(-1)}`);
  assert.notEqual(second.customer, customer);
  await change(sue, "POST", `customers/${customer}/merge`, { with: second.customer, reason: "She said so" });
  assert.equal((await change(sue, "GET", "customers")).items.length, 1);
  await sue.goto(`${base}/desk/open/${conversation}`);
  await sue.getByRole("button", { name: /Undo the last merge/ }).click();
  const dialog = sue.getByRole("dialog", { name: "Undo the last merge" });
  await dialog.getByText("She said so").waitFor();
  await dialog.getByText("Conversations that go along (1)").waitFor();
  await accessible(sue, "undoing a merge");
  await picture(sue, "together-unmerge");
  await dialog.getByRole("button", { name: "Undo the last merge" }).click();
  await sue.getByText("The merge is undone.").waitFor();
  assert.equal((await change(sue, "GET", "customers")).items.length, 2);
  const back = await change(sue, "GET", `conversations/${ana.url().split("/").at(-1)}`);
  assert.equal(back.customer, second.customer, "everyone has what was theirs");
  console.log("ok: A merge is undone after a look, and everyone has what was theirs");
}
