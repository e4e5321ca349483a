// An agent at the desk: logging in, reading, answering on another channel, noting; with nothing but the keyboard.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { desk, door, focused, LOOKS, NARROW, row, said, tell } from "./door.mjs";

const LONG = 20_000;

const { conversation } = await business("mia", {});

const story = {
  async "A wrong password is refused in words, the right one opens the desk"() {
    const { context, page } = await door();
    await accessible(page, "the log-in");
    await page.keyboard.type("ana@shop.example");
    await page.keyboard.press("Tab");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await until("it says so", async () => (await page.getByRole("alert").textContent()).length > 0);
    await accessible(page, "the refused log-in");
    await page.keyboard.type(process.env.STORY_PASSWORD);
    await page.keyboard.press("Enter");
    await row(page, "Mia Weber").waitFor();
    await picture(page, "desk-inbox");
    await context.close();
  },

  async "An agent reads a chat, answers by mail and adds a note, with the keyboard alone"() {
    const { context, page } = await desk();
    await row(page, "Mia Weber").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await said(page, "Where is my parcel 4711?").waitFor();
    await page.keyboard.press("r");
    assert.equal(await focused(page), "Message to the customer");
    await page.getByRole("option", { name: /mia@customer\.example \(new\)/ }).waitFor({ state: "attached" });
    await page.keyboard.press("Alt+c");
    await page.keyboard.type("It arrives tomorrow.");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Sending in").waitFor();
    await page.keyboard.press("Alt+z");
    assert.equal(await page.getByLabel("Message to the customer").inputValue(), "It arrives tomorrow.");
    assert.deepEqual(await business("outbox"), [], "what was taken back was never sent");
    await page.keyboard.press("Control+Enter");
    await said(page, "It arrives tomorrow.").waitFor();
    assert.deepEqual(await business("outbox"), [
      { kind: "email", to: "mia@customer.example", text: "It arrives tomorrow." },
    ]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    assert.equal(await focused(page), "Note for colleagues");
    await page.keyboard.type("Carrier says Tuesday.");
    await page.keyboard.press("Control+Enter");
    await said(page, "Carrier says Tuesday.").waitFor();
    await picture(page, "desk-conversation");
    await context.close();
  },

  async "What happens elsewhere is seen at once"() {
    const { context, page } = await desk();
    await row(page, "Mia Weber").click();
    await said(page, "Where is my parcel 4711?").waitFor();
    // It is not stored: who has not begun to listen does not hear of it.
    await until("she is seen to write", async () => {
      await business("types", { conversation });
      return page.getByText("Mia Weber is typing …").isVisible();
    });
    await business("writes", { text: "Thank you!" });
    await said(page, "Thank you!").waitFor();
    assert.equal(await page.getByText("is typing …").count(), 0);
    await row(page, "Thank you!").or(row(page, "Mia Weber")).first().waitFor();
    await context.close();
  },

  async "A draft outlives a reload, and belongs to its conversation"() {
    const { context, page } = await desk();
    await page.goto(`${base}/desk/open/${conversation}`);
    await page.getByLabel("Message to the customer").fill("Half a sentence");
    await page.reload();
    await said(page, "Where is my parcel 4711?").waitFor();
    assert.equal(await page.getByLabel("Message to the customer").inputValue(), "Half a sentence");
    await page.getByLabel("Message to the customer").fill("");
    await context.close();
  },

  async "Hostile names, subjects and mail do nothing"() {
    const evil = await business("hostile", {});
    const { context, page } = await desk();
    const asked = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith("data:")) asked.push(request.url());
    });
    await page.goto(`${base}/desk/open/${evil.conversation}`);
    await page.getByRole("button", { name: "Show the mail as sent" }).click();
    const mail = page.frameLocator("iframe.mail");
    await mail.getByRole("heading", { name: "Hello there" }).waitFor();
    await page.locator("h1", { hasText: "<img src=x" }).first().waitFor();
    assert.equal(await page.evaluate(() => window.taken), undefined);
    assert.deepEqual(asked, [], "nothing was asked for elsewhere");
    await context.close();
  },

  async "Commands and keys are found"() {
    const { context, page } = await desk();
    await row(page, "Mia Weber").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await accessible(page, "the keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("mia");
    await page.getByRole("option", { name: /^Conversations Mia Weber/ }).waitFor();
    await accessible(page, "the commands");
    await page.keyboard.press("Enter");
    await said(page, "Where is my parcel 4711?").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("deutsch");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Lösen" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    await context.close();
  },

  async "Everything is accessible, light and dark, wide and narrow"() {
    for (const { colorScheme, viewport } of LOOKS) {
      const where = `${colorScheme}-${viewport.width}`;
      const { context, page } = await desk({ colorScheme, viewport });
      await row(page, "Mia Weber").waitFor();
      await accessible(page, `the inbox, ${where}`);
      await row(page, "Mia Weber").click();
      await said(page, "Where is my parcel 4711?").waitFor();
      if (viewport === NARROW) await page.getByRole("button", { name: "Customer", exact: true }).click();
      await page.locator(".customer .address").first().waitFor();
      await accessible(page, `a conversation, ${where}`);
      await picture(page, `desk-${where}`);
      if (viewport === NARROW) {
        await page.getByRole("button", { name: "Close" }).click();
        await accessible(page, `a conversation without the customer, ${where}`);
        await picture(page, `desk-${where}-conversation`);
      }
      await context.close();
    }
  },

  async "A conversation of 20,000 entries opens at its end and scrolls"() {
    await business("long", { entries: LONG });
    const { context, page } = await desk();
    await row(page, "lea@customer.example").click();
    await said(page, `number ${LONG}`).waitFor();
    await page.locator(".timeline .scroll").evaluate((one) => (one.scrollTop = 0));
    await said(page, /number 1$/).waitFor();
    await page.locator(".timeline .scroll").evaluate((one) => (one.scrollTop = one.scrollHeight / 2));
    await until("the middle is filled", async () => (await page.locator(".entry.waiting").count()) === 0);
    assert.ok((await page.locator(".timeline li").count()) < 100, "only what is in sight is drawn");
    await context.close();
  },
};

await tell(story);
