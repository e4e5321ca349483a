// Answers, whatever comes in between: articles and files that go along, a conversation put aside, a connection that is
// gone for ten minutes, an answer that does not arrive, and two customers who turn out to be one.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { accessible, base, business, paint, picture, until } from "./browser.mjs";
import { change, desk, focused, LOOKS, row, said, tell } from "./door.mjs";

const { conversation } = await business("mia", {});
const address = `${base}/desk/open/${conversation}`;
const QUESTION = "Where is my parcel 4711?";
const message = (page) => page.getByLabel("Message to the customer");
const composer = (page) => page.getByRole("region", { name: "Answer" });

/** Opens the conversation with Mia, ready to be answered. */
async function opened(options, who) {
  const { context, page } = await desk(options, who);
  await page.goto(address);
  await said(page, QUESTION).waitFor();
  return { context, page };
}

/** Chooses the channel to answer on. */
async function over(page, name) {
  const way = composer(page).getByRole("option", { name });
  await way.waitFor({ state: "attached" });
  await composer(page).getByLabel("Channel").selectOption({ label: await way.textContent() });
}

/** Lets go what is written, and waits until the server has it. */
async function send(page, text) {
  await page.keyboard.press("Control+Enter");
  await said(page, text).last().waitFor();
}

/** What is picked as soon as the browser asks for files. Said early: it takes a moment until the browser asks us. */
const picks = (page, files) => page.on("filechooser", (asked) => asked.setFiles(files));

/** Lets files fall, or pastes them, where `selector` is. */
const hands = (page, selector, kind, files) =>
  page.locator(selector).evaluate(
    (element, [kind, files]) => {
      const held = new DataTransfer();
      for (const { name, type, text } of files) held.items.add(new File([text], name, { type }));
      const options = { bubbles: true, cancelable: true };
      if (kind === "paste") element.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: held }));
      else for (const one of ["dragover", "drop"]) element.dispatchEvent(new DragEvent(one, { ...options, dataTransfer: held }));
    },
    [kind, files],
  );

const story = {
  async "An article is put into an answer, with the keyboard alone"() {
    const boss = await desk({}, "boss");
    const article = await change(boss.page, "POST", "articles", {
      slug: "lost-parcels",
      title: "Lost parcels",
      body: "A parcel that is lost is sent again at our expense.",
      audience: "public",
    });
    await change(boss.page, "POST", `articles/${article.id}/publish`, {});
    await boss.context.close();
    const { context, page } = await opened();
    await page.keyboard.press("r");
    await page.keyboard.type("Dear Mia,");
    await page.keyboard.press("Alt+k");
    await page.keyboard.type("lost parcel");
    await page.getByRole("dialog").getByRole("option", { name: /Lost parcels/ }).waitFor();
    await accessible(page, "choosing an article");
    await picture(page, "desk-article");
    await page.keyboard.press("Enter");
    await until("it is inserted", async () => /^Dear Mia,\n.*sent again at our expense/s.test(await message(page).inputValue()));
    await until("one writes on", async () => (await focused(page)) === "Message to the customer");
    await over(page, /mia@customer\.example/);
    await message(page).focus();
    await send(page, "sent again at our expense");
    const [sent] = await business("outbox");
    assert.match(sent.text, /^Dear Mia,\nA parcel that is lost is sent again at our expense\.$/);
    await context.close();
  },

  async "Files go along: picked, dropped beside the field and pasted, and are there to be downloaded"() {
    const { context, page } = await opened();
    picks(page, [{ name: "parcel.png", mimeType: "image/png", buffer: await paint(page) }]);
    await over(page, /mia@customer\.example/);
    await page.keyboard.press("Alt+a");
    await composer(page).getByRole("button", { name: "Remove parcel.png" }).waitFor();
    await hands(page, ".timeline .scroll", "drop", [
      { name: "label.txt", type: "text/plain", text: "To the depot" },
      { name: "by mistake.txt", type: "text/plain", text: "No" },
    ]);
    await composer(page).getByRole("button", { name: "Remove by mistake.txt" }).click();
    await message(page).focus();
    await hands(page, ".composer textarea", "paste", [{ name: "receipt.txt", type: "text/plain", text: "Paid" }]);
    await composer(page).getByRole("button", { name: "Remove receipt.txt" }).waitFor();
    await message(page).fill("All you need.");
    await accessible(page, "an answer with files");
    await picture(page, "desk-files");
    await send(page, "All you need.");
    const [sent] = await business("outbox");
    assert.deepEqual([sent.text, sent.files.toSorted()], ["All you need.", ["label.txt", "parcel.png", "receipt.txt"]]);
    const answer = said(page, "All you need.");
    await until("the picture is shown", () => answer.locator("img").evaluate((one) => one.naturalWidth > 0));
    const downloading = page.waitForEvent("download");
    await answer.getByRole("link", { name: /label\.txt/ }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "label.txt");
    assert.equal(await readFile(await download.path(), "utf8"), "To the depot");
    await context.close();
  },

  async "A file that is too large is refused in words, and the others are kept"() {
    const { context, page } = await opened();
    picks(page, [
      { name: "film.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(1_500_000) },
      { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("small") },
    ]);
    await over(page, /Chat/);
    await page.keyboard.press("Alt+a");
    await page.getByRole("status").getByText("Too large: film.bin (1.5 MB). A file may have 1.0 MB at most.").waitFor();
    await accessible(page, "a file that is too large");
    await composer(page).getByRole("button", { name: "Remove note.txt" }).click();
    assert.equal(await composer(page).locator(".file").count(), 0);
    await page.keyboard.press("n");
    await hands(page, ".composer textarea", "drop", [{ name: "label.txt", type: "text/plain", text: "To the depot" }]);
    await page.getByRole("status").getByText("Notes carry no files; answers do.").waitFor();
    await context.close();
  },

  async "A conversation is put aside until a time of one's own, with the keyboard alone"() {
    // The shop's clock shows this morning, and so does the member's.
    const { context, page } = await desk({ timezoneId: "Europe/Berlin" });
    await page.clock.setFixedTime(new Date("2026-03-01T09:30:00Z"));
    await page.goto(address);
    await said(page, QUESTION).waitFor();
    await page.keyboard.press("s");
    const dialog = page.getByRole("dialog", { name: "Snooze" });
    await dialog.getByRole("button", { name: /Until tomorrow, 9:00/ }).and(page.locator(":focus")).waitFor();
    await accessible(page, "snoozing");
    await picture(page, "desk-snooze");
    const field = dialog.getByLabel("Until", { exact: true });
    assert.equal(await field.inputValue(), "2026-03-02T09:00");
    const refused = async (time, words) => {
      await field.fill(time);
      await field.press("Enter");
      await dialog.getByRole("alert").getByText(words).waitFor();
    };
    await refused("2026-03-01T10:30", "at least a minute from now");
    await accessible(page, "a time that has passed");
    await refused("2027-03-02T10:30", "within a year");
    await refused("", "Choose a date and a time.");
    await field.fill("2026-03-04T16:45");
    await field.press("Enter");
    await page.locator(".head-state", { hasText: "Snoozed" }).getByText("until 4 Mar 2026, 16:45").waitFor();
    await page.locator(".event-text", { hasText: "until 4 Mar 2026, 16:45" }).or(page.locator(".event.fold")).last().waitFor();
    await dialog.waitFor({ state: "detached" });
    await business("writes", { text: "It is here after all!" });
    await said(page, "It is here after all!").waitFor();
    await until("nobody waits for Wednesday", async () => (await page.locator(".head-state").textContent()).includes("Open"));
    await context.close();
  },

  async "Ten minutes without a connection: nothing is lost, and everything arrives once"() {
    const { context, page } = await opened();
    await message(page).fill("One moment, ");
    await context.setOffline(true);
    await page.getByText("No live connection").waitFor();
    await business("writes", { text: "Are you there?" });
    await business("writes", { text: "Hello?" });
    await business("later", { seconds: 600 });
    await message(page).pressSequentially("I am looking.");
    await page.keyboard.press("Control+Enter");
    await composer(page).getByText("It goes by itself as soon as there is one.").waitFor();
    await message(page).fill("And one more thing");
    await accessible(page, "the desk without a connection");
    await picture(page, "desk-offline");
    assert.equal(await said(page, "Are you there?").count(), 0);
    await context.setOffline(false);
    await said(page, "Hello?").waitFor();
    await said(page, "One moment, I am looking.").waitFor();
    await until("the desk says nothing more of it", async () => (await page.getByText("No live connection").count()) === 0);
    for (const text of ["Are you there?", "Hello?", "One moment, I am looking."]) {
      assert.equal(await said(page, text).count(), 1, `${text} stands there once`);
    }
    assert.equal(await message(page).inputValue(), "And one more thing");
    await page.reload();
    await said(page, "One moment, I am looking.").waitFor();
    assert.equal(await said(page, "One moment, I am looking.").count(), 1);
    assert.equal(await message(page).inputValue(), "And one more thing");
    await message(page).fill("");
    await context.close();
  },

  async "An answer that did not arrive: its writer hears of it, sends it again, and over another channel"() {
    const { context, page } = await opened();
    await over(page, /mia@customer\.example/);
    await business("refuses", { why: "this mailbox is full" });
    await hands(page, ".composer", "drop", [{ name: "map.txt", type: "text/plain", text: "Here it is" }]);
    await composer(page).getByRole("button", { name: "Remove map.txt" }).waitFor();
    await message(page).fill("It is at the depot.");
    await message(page).focus();
    await send(page, "It is at the depot.");
    // She has gone on to the next customer when it turns out.
    await business("hostile", {});
    await row(page, "Hello there").click();
    await page.getByRole("button", { name: "Show the mail as sent" }).first().waitFor();
    await business("outbox");
    await page.getByRole("status").getByText("An answer did not arrive: It is at the depot.").waitFor();
    await page.getByRole("button", { name: "Notifications, 1 new" }).waitFor();
    await page.keyboard.press("b");
    await page.getByRole("link", { name: /An answer did not arrive/ }).waitFor();
    await accessible(page, "news of an answer that did not arrive");
    await page.getByRole("link", { name: /An answer did not arrive/ }).press("Enter");
    const answers = said(page, "It is at the depot.");
    const lost = answers.first();
    await lost.getByText("Failed: this mailbox is full").waitFor();
    await accessible(page, "an answer that did not arrive");
    await picture(page, "desk-failed");

    await lost.getByRole("button", { name: "Send again" }).click();
    await lost.getByText("Queued").waitFor();
    await business("outbox");
    await lost.getByText("Failed: this mailbox is full").waitFor();
    await lost.getByRole("button", { name: "Send over another channel" }).click();
    await until("it is there to be sent", async () => (await message(page).inputValue()) === "It is at the depot.");
    await composer(page).getByRole("button", { name: "Remove map.txt" }).waitFor();
    await until("one writes on", async () => (await focused(page)) === "Message to the customer");
    await page.keyboard.press("Control+Enter");
    const second = answers.nth(1);
    await second.waitFor();
    await second.getByText("Chat", { exact: true }).waitFor();
    await second.getByRole("link", { name: /map\.txt/ }).waitFor();

    await business("refuses", {});
    await lost.getByRole("button", { name: "Send again" }).click();
    await lost.getByText("Queued").waitFor();
    assert.deepEqual(await business("outbox"), [
      { kind: "email", to: "mia@customer.example", text: "It is at the depot.", files: ["map.txt"] },
    ]);
    await lost.getByText("Sent", { exact: true }).waitFor();
    await context.close();
  },

  async "Where there is no other channel, the desk says so"() {
    const { conversation: theirs } = await business("hostile", {});
    await business("refuses", { why: "there is no such mailbox" });
    const { context, page } = await desk();
    await page.goto(`${base}/desk/open/${theirs}`);
    await page.getByRole("button", { name: "Show the mail as sent" }).first().waitFor();
    await message(page).fill("We do not sell that.");
    await message(page).focus();
    await send(page, "We do not sell that.");
    await business("outbox");
    await said(page, "We do not sell that.").getByRole("button", { name: "Send over another channel" }).click();
    await page.getByRole("status").getByText("There is no other way to reach this customer yet.").waitFor();
    assert.equal(await message(page).inputValue(), "");
    await business("refuses", {});
    await context.close();
  },

  async "Who may be the same person is looked at, merged, and parted again"() {
    const details = { postcode: "2604", suburb: "kingston", street_number: "12", address_1: "garden lane", date_of_birth: "19840312" };
    const boss = await desk({}, "boss");
    const asked = {};
    for (const [name, text] of [["Nora Lind", "Do you ship to Norway?"], ["Norah Lind", "And to Sweden?"]]) {
      const { conversation } = await business("asks", { name, text });
      const { customer } = await boss.page.evaluate(async (id) => (await fetch(`/api/v1/conversations/${id}`)).json(), conversation);
      await change(boss.page, "PUT", `customers/${customer}/profile`, { name, attributes: details });
      asked[name] = conversation;
    }
    await boss.context.close();
    const { context, page } = await desk();
    await page.goto(`${base}/desk/open/${asked["Norah Lind"]}`);
    const panel = page.getByRole("complementary", { name: "Customer" });
    const maybe = panel.getByRole("listitem").filter({ hasText: "details agree" });
    await maybe.getByText("Nora Lind").waitFor();
    await maybe.getByRole("button", { name: "Look" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Norah Lind becomes Nora Lind. This can be undone exactly.").waitFor();
    await dialog.getByLabel("Why").fill("She said <i>so</i>");
    await accessible(page, "a look at a merge");
    await picture(page, "desk-merge");
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByRole("status").getByText("Merged.").waitFor();
    await panel.getByRole("heading", { name: "Nora Lind" }).waitFor();
    await until("both chats are hers", async () => (await panel.locator(".past li").count()) === 2);
    assert.equal(await maybe.count(), 0);
    await panel.getByRole("button", { name: "Undo the last merge …" }).click();
    await dialog.getByText("Goes to another customer").waitFor();
    await dialog.getByText("She said <i>so</i>").waitFor();
    await accessible(page, "a look at undoing it");
    await picture(page, "desk-unmerge");
    await dialog.getByRole("button", { name: "Undo the last merge", exact: true }).click();
    await page.getByRole("status").getByText("The merge is undone.").waitFor();
    await panel.getByRole("heading", { name: "Norah Lind" }).waitFor();
    await until("each has their own again", async () => (await panel.locator(".past li").count()) === 1);
    await context.close();
  },

  async "All of it is accessible, light and dark, wide and narrow, in every language"() {
    for (const look of LOOKS) {
      const { colorScheme, viewport, locale } = look;
      const where = `${colorScheme}-${viewport.width}-${locale}`;
      const { context, page } = await opened(look);
      await page.keyboard.press("s");
      await page.getByRole("dialog").locator("input").waitFor();
      await page.getByRole("dialog").locator("input").fill("2020-01-01T09:00");
      await page.keyboard.press("Enter");
      await until("it says why not", async () => (await page.getByRole("dialog").getByRole("alert").textContent()) !== "");
      await accessible(page, `snoozing, ${where}`);
      await picture(page, `desk-snooze-${where}`);
      await page.keyboard.press("Escape");
      await hands(page, ".composer", "drop", [{ name: "label.txt", type: "text/plain", text: "To the depot" }]);
      await composer(page).or(page.locator(".composer")).locator(".file button").first().waitFor();
      await page.locator(".composer textarea").fill("–");
      await context.setOffline(true);
      await page.locator(".offline").waitFor();
      await page.locator(".composer button.main").click();
      await page.locator(".composer .waiting-list .bad").waitFor();
      await accessible(page, `an answer without a connection, ${where}`);
      await picture(page, `desk-offline-${where}`);
      await context.close();
    }
  },
};

await tell(story);
