// What the AI agent looks after is seen at the desk and taken over; a supervisor pauses the AI agent and sets it up.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { change, desk, LOOKS, row, said, tell } from "./door.mjs";

// What Noah wants the AI agent can do: it keeps his conversation. Aarav wants a person.
const noahMails = (text) => business("mails", { text, from: "Noah Brown" });
const invoice = await noahMails("Please email me the invoice of #W7678072");
assert.match(invoice.answer, /#W7678072/);
const { conversation } = await business("mails", { text: "I want to talk to a person" });
const address = `${base}/desk/open/${conversation}`;
const aiAgent = (page) => page.locator(".worker", { hasText: "AI agent" });
const view = (page, title) => page.locator(".inbox-title").getByRole("heading", { name: title, exact: true }).waitFor();

const story = {
  async "What the AI agent looks after stands in a view of its own"() {
    const { context, page } = await desk();
    const isListed = async (aarav, noah) =>
      (await row(page, "Aarav Anderson").count()) === aarav && (await row(page, "Noah Brown").count()) === noah;
    await page.keyboard.press("2");
    await view(page, "Unassigned");
    await until("only what nobody looks after is left", () => isListed(1, 0));
    await page.getByRole("link", { name: "With the AI agent" }).click();
    await view(page, "With the AI agent");
    await until("only what the AI agent looks after is there", () => isListed(0, 1));
    await row(page, "Noah Brown").getByText("The AI agent answers").waitFor({ state: "attached" });
    await page.keyboard.press("3");
    await view(page, "All open");
    await until("both are there", () => isListed(1, 1));
    await page.keyboard.press("f");
    await page.getByRole("form", { name: "Filter" }).getByRole("combobox", { name: "Owner" }).selectOption("AI agent");
    await until("the filter says the same", () => isListed(0, 1));
    await context.close();
  },

  async "All of it is accessible, light and dark, wide and narrow, in every language"() {
    for (const look of LOOKS) {
      const where = `${look.colorScheme}, ${look.viewport.width}, ${look.locale}`;
      const { context, page } = await desk(look);
      await page.goto(`${base}/desk/agent`);
      await row(page, "Noah Brown").locator(".row-owner").waitFor();
      await accessible(page, `what the AI agent looks after, ${where}`);
      await picture(page, `desk-with-agent-${look.colorScheme}-${look.viewport.width}`);
      await row(page, "Noah Brown").click();
      await said(page, "Please email me the invoice").waitFor();
      await accessible(page, `a conversation of the AI agent, ${where}`);
      await picture(page, `desk-agent-answers-${look.colorScheme}-${look.viewport.width}`);
      await context.close();

      const sue = await desk(look, "sue");
      await change(sue.page, "PUT", "routing/agent/presence", { presence: "away" });
      await sue.page.goto(`${base}/desk/board`);
      await sue.page.locator(".agent-paused").waitFor();
      await accessible(sue.page, `the board while the AI agent is paused, ${where}`);
      await picture(sue.page, `board-paused-${look.colorScheme}-${look.viewport.width}`);
      await change(sue.page, "PUT", "routing/agent/presence", { presence: "available" });
      await sue.context.close();
    }
  },

  async "An agent takes over from the AI agent, which says no more"() {
    const { context, page } = await desk();
    await page.keyboard.press("8");
    await view(page, "With the AI agent");
    await row(page, "Noah Brown").click();
    const owner = page.locator(".head-acts").getByRole("combobox", { name: "Owner" });
    const takeOver = page.locator(".head-acts").getByRole("button", { name: "Take over" });
    await takeOver.waitFor();
    await until("the AI agent has it", async () => (await owner.locator("option:checked").textContent()) === "The AI agent answers");
    await takeOver.click();
    await page.getByRole("status").getByText("Assigned to Ana Ribeiro.").waitFor();
    await takeOver.waitFor({ state: "hidden" });
    await until("it is Ana's", async () => (await owner.locator("option:checked").textContent()).startsWith("Ana Ribeiro"));
    const since = await noahMails("Yes, go ahead");
    assert.equal(since.conversation, invoice.conversation);
    assert.equal(since.answer, "Yes, go ahead", "nobody but her answers that");
    await page.getByText("The AI agent has no conversations now.").waitFor();
    await page.keyboard.press("1");
    await view(page, "Mine");
    await row(page, "Noah Brown").waitFor();
    await context.close();
  },

  async "Who hands back to the AI agent while it is paused is told so before"() {
    const { context, page } = await desk({}, "sue");
    await change(page, "PUT", "routing/agent/presence", { presence: "away" });
    await page.goto(address);
    await said(page, "I want to talk to a person").first().waitFor();
    await page.keyboard.press("x");
    const dialog = page.getByRole("dialog", { name: "Hand on" });
    await dialog.getByRole("combobox", { name: "To" }).selectOption({ label: "AI agent" });
    await dialog.getByText("The AI agent is paused.").waitFor();
    await accessible(page, "handing back to a paused AI agent");
    await picture(page, "desk-hand-back-paused");
    await page.keyboard.press("Escape");
    await change(page, "PUT", "routing/agent/presence", { presence: "available" });
    await context.close();
  },

  async "A supervisor pauses the AI agent at the board, sees that it is paused, and lets it work again"() {
    const { context, page } = await desk({}, "sue");
    await page.getByRole("region", { name: "Presence" }).waitFor();
    await page.keyboard.press("6");
    await page.getByRole("heading", { name: "Board", level: 1 }).waitFor();
    const takes = aiAgent(page).getByRole("switch", { name: "Takes new conversations" });
    const paused = page.getByRole("status").filter({ hasText: "The AI agent is paused." });
    const question = page.getByRole("dialog", { name: "Pause the AI agent?" });
    await aiAgent(page).getByText("Available").waitFor();
    await aiAgent(page).getByRole("link", { name: /^Conversations: \d+$/ }).click();
    await view(page, "With the AI agent");
    await page.keyboard.press("6");
    await takes.press("Space");
    await question.getByText("New conversations go to people from now on.").waitFor();
    await question.getByText("Nobody is available now").waitFor();
    await accessible(page, "pausing the AI agent");
    await picture(page, "board-pause");
    await page.keyboard.press("Escape");
    assert.ok(await takes.isChecked(), "nothing is paused by asking");
    await takes.click();
    await question.getByRole("button", { name: "Pause it" }).click();
    await page.getByText("The AI agent takes no new conversations now.").waitFor();
    await paused.waitFor();
    await aiAgent(page).getByText("Paused").waitFor();
    assert.equal(await takes.isChecked(), false);
    await accessible(page, "the board while the AI agent is paused");
    await picture(page, "board-paused");
    await page.reload();
    await paused.getByRole("button", { name: "Let it work again" }).click();
    await page.getByText("The AI agent takes new conversations again.").waitFor();
    await until("nothing says that it is paused", async () => (await paused.count()) === 0);
    await until("it takes conversations", () => takes.isChecked());
    await context.close();
  },

  async "What the AI agent takes is set where it is set for members"() {
    const { context, page } = await desk({}, "sue");
    const dialog = page.getByRole("dialog", { name: "Change AI agent" });
    const open = async () => {
      await page.goto(`${base}/desk/settings/routing/workers`);
      await page.getByRole("button", { name: "Change AI agent" }).click();
      await dialog.getByText("It is asked first wherever it serves the queue").waitFor();
    };
    const skills = dialog.getByRole("textbox", { name: /^Skills/ });
    await open();
    assert.equal(await dialog.getByLabel(/^Offers at a time/).count(), 0, "it is not asked");
    await skills.fill("language:en 30");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.locator(".field", { hasText: "Skills" }).getByText("levels go from 1 to 10").waitFor();
    await skills.fill("language:en 9");
    await dialog.getByRole("spinbutton", { name: /^Room/ }).fill("200");
    await dialog.getByText("Chats: 8").waitFor();
    await dialog.getByRole("checkbox", { name: "Calls" }).check();
    await accessible(page, "what the AI agent takes");
    await picture(page, "settings-ai-agent");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "hidden" });
    await open();
    assert.equal(await skills.inputValue(), "language:en 9");
    assert.ok(await dialog.getByRole("checkbox", { name: "Calls" }).isChecked());
    await context.close();
  },
};

await tell(story);
