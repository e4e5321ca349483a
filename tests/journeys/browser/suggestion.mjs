// What the AI suggests to whoever answers: read with what it is taken from, used, changed, and sent by nobody but them.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { change, desk, focused, LOOKS, said, tell } from "./door.mjs";

const QUESTION = "Do you ship to Norway?";
const ANSWER = "parcels to Norway take four to six days";

const sue = await desk({}, "sue");
const article = await change(sue.page, "POST", "articles", {
  slug: "shipping-abroad",
  title: "Shipping <i>abroad</i>",
  body: `## Do you ship to Norway?\n\nYes, ${ANSWER}.`,
  audience: "public",
});
await change(sue.page, "POST", `articles/${article.id}/publish`, {});
await sue.context.close();

const { conversation } = await business("mails", { text: "I want to talk to a person" });
const address = `${base}/desk/open/${conversation}`;
const message = (page) => page.getByLabel("Message to the customer");
const help = (page) => page.getByRole("region", { name: "Suggestion" });
const answers = (page) => page.locator(".timeline .out .bubble");

const story = {
  async "An agent takes over, and is suggested an answer with its source"() {
    const { context, page } = await desk();
    await page.goto(address);
    await said(page, "I want to talk to a person").waitFor();
    await page.keyboard.press("a");
    await page.getByRole("status").getByText("Assigned to Ana Ribeiro.").waitFor();
    const before = await answers(page).count();
    await business("mails", { text: QUESTION });
    await said(page, QUESTION).waitFor();
    await help(page).getByText(ANSWER).waitFor();
    const source = help(page).getByRole("link", { name: "Shipping <i>abroad</i>" });
    assert.match(await source.getAttribute("href"), new RegExp(`${article.id}|shipping-abroad`));
    assert.equal(await message(page).inputValue(), "", "nothing is taken over by itself");
    assert.equal(await answers(page).count(), before, "and nothing is sent");
    await accessible(page, "a suggestion");
    await picture(page, "desk-suggestion");
    await context.close();
  },

  async "It is used, changed and sent, with the keyboard alone; what was written before stays"() {
    const { context, page } = await desk();
    await page.goto(address);
    await help(page).getByText(ANSWER).waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("Dear Aarav,");
    await page.keyboard.press("Alt+j");
    await until("it is there to be changed", async () => /^Dear Aarav,\n.*four to six days/s.test(await message(page).inputValue()));
    await until("one writes on", async () => (await focused(page)) === "Message to the customer");
    assert.equal(await help(page).count(), 0, "it is not offered twice");
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" Yours, Ana");
    await page.keyboard.press("Control+Enter");
    const sent = said(page, "Yours, Ana");
    await sent.waitFor();
    assert.match(await sent.textContent(), /Dear Aarav,.*take four to six days.*Yours, Ana/s);
    await sent.getByText("You", { exact: true }).waitFor();
    await context.close();
  },

  async "It can be sent away, and the next message brings the next one"() {
    const { context, page } = await desk();
    await business("mails", { text: QUESTION });
    await page.goto(address);
    await help(page).getByText(ANSWER).waitFor();
    await help(page).getByRole("button", { name: "Close" }).click();
    await until("it is gone", async () => (await help(page).count()) === 0);
    assert.equal(await message(page).inputValue(), "");
    await business("mails", { text: QUESTION });
    await help(page).getByText(ANSWER).waitFor();
    await context.close();
  },

  async "All of it is accessible, light and dark, wide and narrow, in every language"() {
    for (const look of LOOKS) {
      const { colorScheme, viewport, locale } = look;
      const where = `${colorScheme}-${viewport.width}-${locale}`;
      const { context, page } = await desk(look);
      await page.goto(address);
      await page.locator(".copilot blockquote a").waitFor();
      await accessible(page, `a suggestion, ${where}`);
      await picture(page, `desk-suggestion-${where}`);
      await context.close();
    }
  },
};

await tell(story);
