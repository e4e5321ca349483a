// A supervisor looks after the rules; an agent asks for what they forbid; and both read what the AI thought.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { desk, LOOKS, row, said, tell, unfolded } from "./door.mjs";

// Aarav's bookshelf costs more than an agent may decide about: the AI asks for an approval by itself.
const mails = (text, picture = false) => business("mails", { text, picture });
await mails("My bookshelf from #W3470184 arrived broken and damaged", true);
await mails("two boards are split");
await mails("I want my money back");
const { conversation, answer } = await mails("sent", true);
assert.match(answer, /colleague/);
const address = `${base}/desk/open/${conversation}`;

const policies = async (page, part) => {
  await page.goto(`${base}/desk/settings/policies/business/${part}`);
  await page.getByRole("heading", { name: "Policies", level: 1 }).waitFor();
};
const procedures = async (page, part) => {
  await page.goto(`${base}/desk/settings/procedures${part}`);
  await page.getByRole("heading", { name: "Procedures", level: 1 }).waitFor();
};
const PIANO = `---
procedure: piano
title: Have a piano tuned
when: The customer wants a piano tuned.
examples: [Can you tune my piano?, I need a piano tuner, my piano is out of tune, Do you tune pianos, piano tuning please, Who tunes my piano, Send a piano tuner, Mein Klavier ist verstimmt]
version: 1
---
# Have a piano tuned

1. Say when the tuner comes. {#say}
   @say "The tuner comes on Tuesdays."

## Tests
- say: my piano is out of tune
  as: anonymous
  expect: { says: [on Tuesdays] }
`;
const source = (page) => page.getByRole("textbox", { name: /^Text of/ });
const approvals = (page, name) => page.getByRole("link", { name });

/** Opens what is folded, until `text` is in sight. */
async function event(page, text) {
  const line = page.locator(".event-text", { hasText: text }).last();
  await unfolded(page, text, line);
  return line;
}

const story = {
  async "The document stands beside its rules, and a rule leads to its line"() {
    const { context, page } = await desk({}, "sue");
    await policies(page, "document/return-window");
    const promise = page.getByRole("listitem").filter({ hasText: "A return is possible within 30 days of delivery." });
    await promise.getByText("return.window", { exact: true }).click();
    await promise.locator("q", { hasText: "Returns are possible within 30 days of delivery." }).waitFor();
    await promise.getByText("A supervisor can approve it").waitFor();
    await accessible(page, "the policy");
    await picture(page, "policies-document");
    await promise.getByRole("link", { name: /orders\.cedar, line \d+/ }).click();
    await source(page).waitFor();
    const chosen = await source(page).evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    assert.equal(chosen, '@id("return.window")');
    await context.close();
  },

  async "An agent reads the policy and cannot edit it"() {
    const { context, page } = await desk();
    await policies(page, "edit");
    await page.getByText("A return is possible within 30 days of delivery.").waitFor();
    assert.equal(await page.getByRole("link", { name: "Edit", exact: true }).count(), 0);
    assert.equal(await source(page).count(), 0);
    await context.close();
  },

  async "A supervisor edits a policy, hears what is wrong, publishes it and takes it back"() {
    const { context, page } = await desk({}, "sue");
    await policies(page, "edit");
    await page.getByLabel("Files").selectOption("orders.cedar");
    const text = await source(page).inputValue();
    await source(page).fill(text.replace('@say("Returns are possible within 30 days of delivery.")\n', ""));
    await page.getByText("Changed: orders.cedar.").waitFor();
    await page.getByRole("button", { name: "Check", exact: true }).click();
    const place = page.getByRole("button", { name: /^To line \d+ of orders\.cedar$/ });
    await place.waitFor();
    await page.getByText("this rule lacks @say").waitFor();
    await accessible(page, "an edit with a problem");
    await picture(page, "policies-check");
    await place.click();
    assert.ok(await source(page).evaluate((area) => document.activeElement === area && area.selectionStart > 0), "it leads there");

    await page.getByRole("button", { name: "Publish …" }).click();
    await page.keyboard.type("Returns within 60 days");
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByRole("dialog").getByRole("alert").getByText(/orders\.cedar:\d+: this rule lacks @say/).waitFor();
    await accessible(page, "an edit that was refused");
    await page.keyboard.press("Escape");

    await source(page).fill(text.replaceAll("30 days", "60 days").replace('duration("30d")', 'duration("60d")'));
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByText("No problems: these files can be used.").waitFor();
    await page.getByRole("button", { name: "Impact" }).click();
    await page.getByText(/\d+ recorded decisions were made again/).waitFor();
    await page.getByRole("button", { name: "Prove" }).click();
    const proven = page.getByText("Every law is proven");
    await proven.or(page.getByText("the prover is not installed")).waitFor({ timeout: 100_000 });
    await accessible(page, "proofs");
    await picture(page, "policies-proofs");

    if (await proven.isVisible()) {
      // Where there is a prover, a broken law is refused with a request that shows it; only administrators may overrule it.
      const rules = await source(page).inputValue();
      await page.getByLabel("Files").selectOption("identity.cedar");
      const identity = await source(page).inputValue();
      await source(page).fill(identity.replace("unless { context.confirmed };", "unless { context.confirmed || principal.assurance > 2 };"));
      await page.getByRole("button", { name: "Publish …" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
      const refusal = page.getByRole("dialog").getByRole("alert");
      await refusal.getByText("needs a yes to exactly this: wrong for").waitFor({ timeout: 100_000 });
      await refusal.getByText("An administrator can publish it all the same, with a reason.").waitFor();
      await accessible(page, "an edit that breaks a law");
      await page.keyboard.press("Escape");
      await source(page).fill(identity);
      await page.getByLabel("Files").selectOption("orders.cedar");
      assert.equal(await source(page).inputValue(), rules);
    }

    // An edit that is not published is still there after a reload.
    await page.reload();
    await page.getByText("Changed: orders.cedar.").waitFor();
    await page.getByRole("button", { name: "Publish …" }).click();
    await page.keyboard.type("Returns within 60 <i>days</i>");
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByText("Version 2 is in force.").waitFor({ timeout: 100_000 });
    await page.getByText("Returns within 60 <i>days</i>").waitFor();
    await policies(page, "versions");
    await page.getByRole("listitem").filter({ hasText: "Version 2" }).getByText("In force").waitFor();
    await accessible(page, "the versions");
    await page.getByRole("button", { name: "Roll back to version 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
    await page.getByRole("listitem").filter({ hasText: "Version 3" }).getByText("(brings back version 1)").waitFor({ timeout: 100_000 });
    await page.getByRole("listitem").filter({ hasText: "Version 2" }).getByRole("link", { name: "Document" }).click();
    await page.getByRole("button", { name: "Replay by version 2" }).click();
    await page.getByText(/recorded decisions were made again by version 2/).waitFor();
    await policies(page, "document");
    await page.getByText("brings back version 1").waitFor();
    await context.close();
  },

  async "An agent reads a procedure and cannot edit it"() {
    const { context, page } = await desk();
    await procedures(page, "");
    await page.getByRole("link", { name: "Send an invoice" }).click();
    await source(page).waitFor();
    assert.match(await source(page).inputValue(), /^---\nprocedure: invoice/);
    assert.equal(await source(page).isEditable(), false);
    assert.equal(await page.getByRole("link", { name: /^Edit/ }).count(), 0);
    await procedures(page, "/edit");
    await page.getByRole("link", { name: "Send an invoice" }).waitFor();
    assert.equal(await source(page).count(), 0);
    await context.close();
  },

  async "A supervisor edits a procedure, hears what is wrong, sees what is different, publishes it and takes it back"() {
    const { context, page } = await desk({}, "sue");
    await procedures(page, "");
    await page.getByRole("link", { name: "Send an invoice" }).click();
    await page.getByRole("button", { name: "Run its tests" }).click();
    await page.getByText("All 1 tests came out as expected.").waitFor({ timeout: 100_000 });
    await accessible(page, "a procedure with its tests");
    await page.getByRole("link", { name: "Edit invoice.md" }).click();
    await page.getByText("Nothing is changed.").waitFor();
    const text = await source(page).inputValue();
    await source(page).fill(text.replace("@collect order", "@collect ordre"));
    await page.getByText("Changed: invoice.md.").waitFor();
    await page.getByRole("button", { name: "Check", exact: true }).click();
    const line = text.split("\n").findIndex((one) => one.includes("@collect order")) + 1;
    const place = page.getByRole("button", { name: `To line ${line} of invoice.md` }).first();
    await place.waitFor();
    await accessible(page, "procedures with a problem");
    await picture(page, "procedures-check");
    await place.click();
    assert.ok(await source(page).evaluate((area) => document.activeElement === area && area.selectionStart > 0), "it leads there");

    const publish = async (note) => {
      await page.getByRole("button", { name: "Publish …" }).click();
      await page.keyboard.type(note);
      await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    };
    await publish("Shorter");
    await page.getByRole("dialog").getByRole("alert").getByText(`procedures/invoice.md:${line}: error`).waitFor({ timeout: 100_000 });
    await accessible(page, "procedures that were refused");
    await page.keyboard.press("Escape");

    // What its test expects is not said: only an administrator may publish that.
    await source(page).fill(text.replace("expect: {}", "expect: { says: [by pigeon] }"));
    await publish("By pigeon");
    const refusal = page.getByRole("dialog").getByRole("alert");
    await refusal.getByText("'by pigeon' was not said").waitFor({ timeout: 100_000 });
    await refusal.getByText("An administrator can publish it all the same, with a reason.").waitFor();
    await page.keyboard.press("Escape");

    await source(page).fill(text.replace("Shall I go ahead?", "Shall I <b>go</b>?"));
    await page.getByText("What is different from what is in force").click();
    const different = page.getByRole("region", { name: "What is different in invoice.md" });
    await different.locator("del", { hasText: "Shall I go ahead?" }).waitFor();
    await different.locator("ins", { hasText: "Shall I <b>go</b>?" }).waitFor();
    await accessible(page, "what is different");
    await picture(page, "procedures-different");

    // An edit that is not published is still there after a reload.
    await page.reload();
    await page.getByText("Changed: invoice.md.").waitFor();
    await publish("Shorter <i>words</i>");
    const second = page.getByRole("listitem").filter({ hasText: "Version 2" });
    await second.getByText("In force").waitFor({ timeout: 100_000 });
    await second.getByText("Shorter <i>words</i>").waitFor();
    await second.getByText("Changed: invoice.md").waitFor();
    await second.getByText("Tests passed").waitFor();
    await accessible(page, "the versions of the procedures");
    await page.getByRole("button", { name: "Roll back to version 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
    await page.getByRole("listitem").filter({ hasText: "Version 3" }).getByText("(brings back version 1)").waitFor({ timeout: 100_000 });
    await second.getByRole("link", { name: "What it says" }).click();
    await page.getByRole("heading", { name: "What is different now" }).waitFor();
    await page.getByRole("region", { name: "What is different in invoice.md" }).locator("ins", { hasText: "Shall I go ahead?" }).waitFor();
    await accessible(page, "a version of the procedures");
    await context.close();
  },

  async "A procedure is added and removed, and whoever was overtaken is told"() {
    const { context, page } = await desk({}, "sue");
    await procedures(page, "/edit");
    await page.getByRole("button", { name: "New procedure …" }).click();
    await page.keyboard.type("piano");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "New procedure" }).click();
    await dialog.getByText("A procedure stands in a file that ends in .md").waitFor();
    await dialog.getByLabel(/^Its name/).fill("piano.md");
    await accessible(page, "a new procedure");
    await dialog.getByRole("button", { name: "New procedure" }).click();
    await page.getByText("Changed: piano.md.").waitFor();
    assert.match(await source(page).inputValue(), /^---\nprocedure: piano/);
    await source(page).fill(PIANO);

    const other = await context.newPage();
    await procedures(other, "/edit/invoice.md");
    await other.getByText("Changed: piano.md.").waitFor();
    await other.getByRole("button", { name: "Publish …" }).click();
    await other.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await other.getByRole("listitem").filter({ hasText: "Version 4" }).getByText("New: piano.md").waitFor({ timeout: 100_000 });
    await other.close();
    await page.getByRole("button", { name: "Publish …" }).click();
    await dialog.getByRole("button", { name: "Publish" }).click();
    await dialog.getByRole("alert").getByText("somebody else has published meanwhile").waitFor();
    assert.equal(await dialog.getByLabel("Why").count(), 0, "nobody may overrule that");
    await page.keyboard.press("Escape");

    await procedures(page, "/edit/piano.md");
    await page.getByText("Nothing is changed.").waitFor();
    await page.getByRole("button", { name: "Remove piano.md …" }).click();
    await dialog.getByRole("button", { name: "Remove piano.md" }).click();
    await page.getByRole("button", { name: "Publish …" }).click();
    await dialog.getByRole("button", { name: "Publish" }).click();
    await page.getByRole("listitem").filter({ hasText: "Version 5" }).getByText("Removed: piano.md").waitFor({ timeout: 100_000 });
    await context.close();
  },

  async "A supervisor declines what the AI asked for, an agent asks again and sees that it is approved"() {
    const sue = await desk({}, "sue");
    await approvals(sue.page, "Approvals, 1 waiting").waitFor();
    await sue.page.keyboard.press("7");
    const request = sue.page.getByRole("article", { name: "report damage" });
    await request.getByText("#W3470184").waitFor();
    await request.getByText("Above $500 a supervisor approves.").waitFor();
    await request.getByRole("link", { name: "Aarav Anderson" }).waitFor();
    await accessible(sue.page, "the requests for approval");
    await picture(sue.page, "approvals");
    await request.getByRole("button", { name: "Decline …" }).click();
    await sue.page.keyboard.type("Is it the wall bracket?");
    await accessible(sue.page, "declining");
    await sue.page.getByRole("dialog").getByRole("button", { name: "Decline" }).click();
    await sue.page.getByText("Nothing waits for anybody’s approval.").waitFor();
    await approvals(sue.page, "Approvals").waitFor();

    const ana = await desk();
    assert.equal(await approvals(ana.page, /^Approvals/).count(), 0, "it is not hers to give");
    await ana.page.goto(address);
    await said(ana.page, "two boards are split").first().waitFor();
    await event(ana.page, "Sue <b>Visor</b> declined: report damage");
    await event(ana.page, "report damage is not allowed");
    await ana.page.getByRole("button", { name: "Ask for approval …" }).last().click();
    await ana.page.getByRole("dialog").getByText("For an amount like this I need a colleague's approval.").waitFor();
    await ana.page.keyboard.type("No, the boards. <b>I saw the picture.</b>");
    await accessible(ana.page, "asking for an approval");
    await picture(ana.page, "approval-ask");
    await ana.page.getByRole("dialog").getByRole("button", { name: "Ask" }).click();
    await ana.page.getByText("Asked. The answer comes in the conversation.").waitFor();

    await approvals(sue.page, "Approvals, 1 waiting").waitFor();
    await request.getByText("No, the boards. <b>I saw the picture.</b>").waitFor();
    await request.getByText("Ana Ribeiro").waitFor();
    await request.getByRole("button", { name: "Approve …" }).click();
    await sue.page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await event(ana.page, "Sue <b>Visor</b> approved: report damage");
    await sue.page.getByLabel("Which requests").selectOption("approved");
    await request.getByText("Answered: Sue <b>Visor</b>").waitFor();
    await sue.context.close();
    await ana.context.close();
  },

  async "What the AI thought is a key away, and readable"() {
    const { context, page } = await desk();
    await page.goto(address);
    await said(page, "two boards are split").first().waitFor();
    await page.keyboard.press("w");
    const trace = page.getByRole("region", { name: "What the AI thought" });
    const turn = trace.getByRole("listitem").filter({ hasText: "My bookshelf from #W3470184" });
    await turn.getByText("wants: damaged item").waitFor();
    await turn.getByText(/Begins damaged item, version \d+/).waitFor();
    await turn.getByText(/order: #W3470184 \(the customer said so\)/).waitFor();
    await trace.getByText("report damage is refused").waitFor();
    await trace.getByText("For an amount like this I need a colleague's approval. A supervisor can approve it.").first().waitFor();
    await trace.getByText("Gives it to people: approval").waitFor();
    assert.equal(await trace.evaluate((shown) => shown === document.activeElement), true, "it is read with the keyboard");
    assert.doesNotMatch(await trace.textContent(), /undefined|\[object|\{"/);
    await accessible(page, "the trace");
    await picture(page, "trace");
    await page.keyboard.press("w");
    await said(page, "two boards are split").first().waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ai thought");
    await page.getByRole("option", { name: /What the AI thought/ }).waitFor();
    await context.close();
  },

  async "The AI's help says what the policy allows, and why not"() {
    const { context, page } = await desk();
    await page.goto(address);
    const help = page.getByRole("region", { name: "Suggestion" });
    await help.getByText("report damage").click();
    await help.getByText("Above $500 a supervisor approves.").waitFor();
    await help.getByText("What this is about").click();
    await help.getByText(/Began with:/).waitFor();
    await accessible(page, "the AI's help");
    await context.close();
  },

  async "All of it is accessible, light and dark, wide and narrow, in every language"() {
    for (const look of LOOKS) {
      const { colorScheme, viewport, locale } = look;
      const where = `${colorScheme}, ${viewport.width}, ${locale}`;
      const { context, page } = await desk(look, "sue");
      await row(page, "Aarav Anderson").waitFor();
      for (const part of ["document", "edit", "versions"]) {
        await page.goto(`${base}/desk/settings/policies/business/${part}`);
        await page.locator(".guide, .numbered, .version-list").first().waitFor();
        await accessible(page, `policies, ${part}, ${where}`);
      }
      for (const part of ["", "/edit", "/versions", "/versions/2"]) {
        await page.goto(`${base}/desk/settings/procedures${part}`);
        await page.locator(".settings-page .table-box, .numbered, .version-list, .different").first().waitFor();
        await accessible(page, `procedures${part}, ${where}`);
      }
      await page.goto(`${base}/desk/approvals`);
      await page.locator(".settings-page select").waitFor();
      await page.locator(".settings-page select").selectOption("all");
      await page.locator(".request").first().waitFor();
      await accessible(page, `approvals, ${where}`);
      await page.goto(address);
      await page.locator(".timeline .bubble").first().waitFor();
      await page.keyboard.press("w");
      await page.locator(".turn").first().waitFor();
      await accessible(page, `the trace, ${where}`);
      await context.close();
    }
  },
};

await tell(story);
