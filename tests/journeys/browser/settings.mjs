// An administrator looks after members, tokens, webhooks, knowledge and what went wrong.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { desk, focused, LOOKS, row, tell } from "./door.mjs";

await business("mia", {});
await business("gap", { question: "Do you ship to <b>Norway</b>?" });
await business("dies", {});

const PAGES = ["members", "routing/queues", "routing/hours", "routing/rules", "routing/workers", "macros", "knowledge", "knowledge/gaps", "knowledge/import", "endpoints", "endpoints/chat", "endpoints/chat/looks", "webhooks", "tokens", "audit", "jobs"];

async function settings(page, name) {
  await page.goto(`${base}/desk/settings/${name}`);
  await page.locator(".settings-page h1").waitFor();
}

const story = {
  async "The settings are a key away, and everybody sees what is theirs"() {
    const { context, page } = await desk();
    await row(page, "Mia Weber").waitFor();
    await page.keyboard.press(",");
    await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
    const ways = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
    assert.deepEqual(await ways.allTextContents(), ["Members", "Macros", "Knowledge", "Procedures", "Policies", "Endpoints"]);
    assert.equal(await page.getByRole("button", { name: /Invite a member/ }).count(), 0);
    await page.goto(`${base}/desk/settings/tokens`);
    await page.getByText("There is nothing here for you.").waitFor();
    await accessible(page, "a page for others");
    await page.keyboard.press("Escape");
    await row(page, "Mia Weber").waitFor();
    await context.close();
  },

  async "A member is invited with the keyboard alone, changed, and kept out"() {
    const { context, page } = await desk({}, "boss");
    await row(page, "Mia Weber").waitFor();
    await page.keyboard.press(",");
    const invite = page.getByRole("button", { name: "Invite a member …" });
    await invite.waitFor();
    await invite.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("<img src=x onerror=top.taken=true>");
    await page.keyboard.press("Tab");
    await page.keyboard.type("ana@shop.example");
    await accessible(page, "inviting");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("already").waitFor();
    await accessible(page, "an invitation that was refused");
    await page.getByLabel("Email").fill("dee@shop.example");
    await page.keyboard.press("Enter");
    const link = page.getByRole("textbox", { name: /A link for/ });
    await link.waitFor();
    assert.match(await link.inputValue(), /\/invite#.{20,}/);
    await accessible(page, "the link");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("row", { name: /dee@shop\.example.*Not yet in/ }).waitFor();
    const dee = page.getByRole("row", { name: /dee@shop\.example/ });
    await dee.getByRole("button", { name: /^Change/ }).click();
    await page.getByLabel("Role").selectOption("supervisor");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /dee@shop\.example Supervisor/ }).waitFor();
    await dee.getByRole("button", { name: /^Keep/ }).click();
    await accessible(page, "asking before somebody is kept out");
    await page.getByRole("dialog").getByRole("button", { name: "Keep out" }).click();
    await page.getByRole("row", { name: /dee@shop\.example.*Kept out/ }).waitFor();
    assert.equal(await page.evaluate(() => window.taken), undefined);
    await picture(page, "settings-members");
    await context.close();
  },

  async "The last administrator stays one, and is told why"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "members");
    await page.getByRole("row", { name: /boss@shop/ }).getByRole("button", { name: /^Keep/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Keep out" }).click();
    await page.getByRole("alert").getByText("This is the last administrator").waitFor();
    await context.close();
  },

  async "A token is made for what it needs, shown once, and revoked"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "tokens");
    await page.getByRole("button", { name: "Make a token …" }).click();
    await page.keyboard.type("ERP");
    await page.getByLabel(/write:conversations/).check();
    await accessible(page, "making a token");
    await page.getByRole("button", { name: "Make a token", exact: true }).click();
    const secret = page.getByRole("textbox", { name: "The token ERP" });
    await secret.waitFor();
    const token = await secret.inputValue();
    const ask = () => fetch(`${base}/api/v1/conversations`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await ask()).status, 200);
    await page.keyboard.press("Escape");
    await page.getByRole("row", { name: /ERP read write:conversations/ }).waitFor();
    assert.ok(!(await page.content()).includes(token), "it is shown once");
    await page.getByRole("button", { name: "Revoke ERP" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("row", { name: /ERP.*Revoked/ }).waitFor();
    assert.equal((await ask()).status, 401);
    await context.close();
  },

  async "A webhook is refused or added, pinged, and its log is read"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "webhooks");
    await page.getByText("Nobody is told.").waitFor();
    await page.getByRole("button", { name: "Add a webhook …" }).click();
    await page.keyboard.type("ftp://hooks.example/in");
    await page.getByRole("button", { name: "Save" }).click();
    await until("it says why", async () => (await page.getByRole("dialog").getByRole("alert").textContent()).length > 10);
    await accessible(page, "a webhook that was refused");
    await page.getByLabel("Address").fill("http://127.0.0.1:9/in");
    await page.getByLabel("What it is for").fill("<b>ERP</b>");
    await page.getByRole("button", { name: "Save" }).click();
    const secret = page.getByRole("textbox", { name: "The webhook's secret" });
    await secret.waitFor();
    const first = await secret.inputValue();
    assert.match(first, /^whsec_/);
    await page.keyboard.press("Escape");
    await page.getByRole("row", { name: /127\.0\.0\.1:9.*<b>ERP<\/b>.*Works/ }).waitFor();
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
    await secret.waitFor();
    assert.notEqual(await secret.inputValue(), first);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Ping" }).click();
    await page.getByText("A ping is on its way.").waitFor();
    await page.getByRole("link", { name: "http://127.0.0.1:9/in" }).click();
    await page.getByRole("row", { name: /ping On its way/ }).waitFor();
    await accessible(page, "the log of a webhook");
    await page.getByRole("button", { name: /^Look at ping/ }).click();
    await page.getByText("It was not tried yet.").waitFor();
    await accessible(page, "one event of the log");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Delete http://127.0.0.1:9/in" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Nobody is told.").waitFor();
    await context.close();
  },

  async "An article is written with its preview, published, changed, and rolled back"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "knowledge");
    await page.getByText("No articles.").waitFor();
    await page.getByRole("button", { name: "Write an article …" }).click();
    await page.keyboard.type("Äpfel & <b>Birnen</b>");
    assert.equal(await page.getByLabel("Name in the address").inputValue(), "apfel-b-birnen-b");
    await page.getByLabel("Name in the address").fill("fruit");
    await accessible(page, "naming an article");
    await page.getByRole("button", { name: "Write an article", exact: true }).click();
    const text = page.getByRole("textbox", { name: /^Text/ });
    await text.fill("# First\n\nFruit is **good**.\n\n<script>top.taken = true</script>");
    const preview = page.frameLocator("iframe.mail");
    await preview.locator("strong", { hasText: "good" }).waitFor();
    await page.getByText("Working text kept").waitFor();
    await accessible(page, "the editor");
    await picture(page, "settings-article");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText("Version 1", { exact: true }).waitFor();
    await text.fill("# Second\n\nFruit is better.");
    await page.getByText("Working text kept").waitFor();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText("Version 2", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Go back to version 1" }).click();
    await page.getByText("Version 3", { exact: true }).waitFor();
    assert.match(await text.inputValue(), /^# First/);
    assert.equal(await page.evaluate(() => window.taken), undefined);
    await page.getByRole("button", { name: "Archive" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
    await page.getByText(/Archived/).waitFor();
    await context.close();
  },

  async "Files come in as articles, and one that cannot be read says why"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "knowledge/import");
    await page.getByLabel(/^Files/).setInputFiles([
      { name: "returns.md", mimeType: "text/markdown", buffer: Buffer.from("---\ntitle: Returns\n---\nSend it back.") },
      { name: "broken.json", mimeType: "application/json", buffer: Buffer.from("{") },
    ]);
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByText("returns.md: a new article").waitFor();
    await page.getByText("broken.json: refused").waitFor();
    await accessible(page, "the report of an import");
    await page.getByRole("link", { name: "returns" }).click();
    await page.getByRole("heading", { name: "Returns", level: 1 }).waitFor();
    await context.close();
  },

  async "A gap is seen and closed"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "knowledge/gaps");
    await page.getByText("Do you ship to <b>Norway</b>?").first().click();
    await accessible(page, "the gaps");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByText("No open gaps").waitFor();
    await context.close();
  },

  async "A macro is written with a variable; one that asks for what there is not is refused"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "macros");
    await page.getByRole("button", { name: "Write a macro …" }).click();
    await page.keyboard.type("Greeting");
    const text = page.getByRole("textbox", { name: "Text" });
    await text.fill("Hello {{customer.shoes}}");
    await page.getByLabel("Add tags").fill("greeted, twice");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("customer.shoes").waitFor();
    await accessible(page, "a macro that was refused");
    await text.fill("Hello ");
    await page.getByLabel("Insert a variable").selectOption("customer.first_name | there");
    assert.equal(await text.inputValue(), "Hello {{customer.first_name | there}}");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /Greeting.*\+greeted, \+twice/ }).waitFor();
    await context.close();
  },

  async "A dead letter is read and started again; the audit log knows who did it"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "jobs");
    await page.getByRole("row", { name: /The job names no delivery|the job names no delivery/ }).waitFor();
    await page.getByRole("button", { name: "Details" }).click();
    await accessible(page, "a dead letter");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Details");
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByText("Nothing is stuck.").waitFor();
    await settings(page, "audit");
    await page.getByRole("row", { name: /Bao Nguyen job\.replay/ }).waitFor();
    await page.getByLabel("Only this kind of act").fill("session.start");
    await page.keyboard.press("Tab");
    await until("only those are listed", async () => (await page.getByText("job.replay").count()) === 0 && (await page.locator("tbody tr").count()) > 0);
    await context.close();
  },

  async "What comes in goes where the page says in words, and a queue that is gone is told"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "routing/queues");
    await page.getByRole("button", { name: "Add a queue …" }).click();
    await page.keyboard.type("Returns");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /^Returns/ }).waitFor();

    await settings(page, "endpoints");
    await page.getByRole("link", { name: "chat", exact: true }).click();
    const words = page.locator(".in-words");
    const says = (text) => until(text, async () => (await words.textContent()) === text);
    await says("New conversations go to the queue for everything else. The AI agent answers first, where there is one.");
    await page.getByText('[[endpoint]] name = "chat"').waitFor();
    const queue = page.getByLabel(/^Waits in the queue/);
    const tags = page.getByRole("textbox", { name: /^Tags/ });
    await queue.selectOption("Returns");
    await page.getByLabel("Priority").selectOption("High");
    await tags.fill("<b>late</b>");
    await page.getByLabel(/^The AI agent may answer/).uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Something is wrong; it stands at its field.").waitFor();
    await until("what is wrong has the focus", () => page.evaluate(() => document.activeElement?.value === "<b>late</b>"));
    await accessible(page, "a reception that was refused");

    await settings(page, "members");
    await settings(page, "endpoints/chat");
    await page.getByText("Not saved. It is kept in this browser.").waitFor();
    await tags.fill("Late parcel");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("In force for the next message.").waitFor();
    await says("New conversations go to Returns with high priority. They are tagged late-parcel. People answer, not the AI agent.");
    await picture(page, "settings-endpoint");
    const { conversation } = await business("asks", { name: "Lea Vogt", text: "Where is it?" });
    await page.goto(`${base}/desk/open/${conversation}`);
    await page.getByText(/Priority: High .*queue: Returns/).first().waitFor();

    await settings(page, "routing/queues");
    await page.getByRole("button", { name: "Delete Returns" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("row", { name: /^Returns/ }).waitFor({ state: "detached" });
    await settings(page, "endpoints/chat");
    await page.getByRole("alert").getByText("This queue was removed").waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await accessible(page, "a queue that is gone, in the dark");
    await queue.selectOption("What belongs nowhere else");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("In force for the next message.").waitFor();
    await context.close();
  },

  async "A chat is set up with its preview, refused at its fields, and seen by the next visitor"() {
    const { context, page } = await desk({}, "boss");
    await settings(page, "endpoints");
    await page.getByRole("link", { name: "Looks and words: chat" }).click();
    await page.getByText("This is what the server's configuration says").waitFor();
    const preview = page.frameLocator(".widget-stage iframe");
    await preview.getByRole("heading", { name: "Chat with us" }).waitFor();
    const title = page.getByLabel("Title", { exact: true });
    await title.fill("Ask <b>us</b>");
    await preview.getByRole("heading", { name: "Ask <b>us</b>" }).waitFor();
    await page.locator("summary", { hasText: "In German" }).click();
    await page.getByLabel("Greeting in German").fill("Hallo!");
    await page.getByLabel("The visitor's language").selectOption("de");
    await preview.getByText("Hallo!").waitFor();
    await page.getByLabel("The visitor's screen").selectOption("dark");
    await page.getByLabel("Outside the hours").check();
    await preview.getByText("Wir sind gerade nicht da").waitFor();
    await accessible(page, "a preview in the dark");

    for (const name of ["order number", "email"]) {
      await page.getByRole("button", { name: "Add a field" }).click();
      await until("the name is next", () => page.evaluate(() => document.activeElement?.tagName === "INPUT"));
      await page.keyboard.type(name);
    }
    await page.getByRole("button", { name: "Move email up" }).click();
    await until("the focus goes along, and on where there is no farther", async () => (await focused(page)) === "Move email down");
    await page.getByRole("checkbox", { name: "Always" }).uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Write hours for one day at least").waitFor();
    await page.getByLabel("Monday").fill("09:00-17:00, 16:00-18:00");
    await page.getByLabel(/^Colour/).fill("blue");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("'blue' is not a colour").waitFor();
    await page.getByText("'order number' cannot be asked for").waitFor();
    await page.getByText("Hours must go forward").waitFor();
    await until("the first of them has the focus", () => page.evaluate(() => document.activeElement?.value === "blue"));
    await accessible(page, "a chat that was refused");
    await picture(page, "settings-widget");

    await settings(page, "members");
    await settings(page, "endpoints/chat/looks");
    await page.getByText("Not saved. It is kept in this browser.").waitFor();
    await page.getByLabel(/^Colour/).fill("#8a4b14");
    await page.getByLabel("Monday").fill("09:00-12:00, 13:00-17:00");
    const order = page.getByRole("group", { name: "Field 2" });
    await order.getByLabel(/^Name/).fill("order_number");
    await order.getByLabel("What visitors read").fill("Order number");
    const waiting = page.getByLabel(/^What a visitor who waits for a person is told/);
    await waiting.selectOption("Nothing");
    await page.getByText("Not even that somebody comes.").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("In force:").waitFor();
    await page.getByText("This was set here").waitFor();
    assert.equal(await waiting.inputValue(), "none");

    const visitor = await context.newPage();
    await visitor.goto(`${base}/chat/chat?language=de`);
    await visitor.getByRole("heading", { name: "Ask <b>us</b>" }).waitFor();
    await visitor.getByText("Hallo!").waitFor();
    await visitor.getByLabel("Order number").waitFor();
    await visitor.close();

    await page.getByRole("button", { name: /^Back to the configuration/ }).click();
    await accessible(page, "asking before the configuration counts again");
    await page.getByRole("dialog").getByRole("button", { name: /^Back/ }).click();
    await page.getByText("The configuration counts again.").waitFor();
    await until("the form says so", async () => (await title.inputValue()) === "Chat with us");
    await context.close();
  },

  async "Who may not set a chat up may look at it"() {
    const { context, page } = await desk();
    await settings(page, "endpoints/chat/looks");
    await page.frameLocator(".widget-stage iframe").getByRole("heading", { name: "Chat with us" }).waitFor();
    assert.equal(await page.getByLabel("Title", { exact: true }).isDisabled(), true);
    assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
    await accessible(page, "a chat for others");
    await settings(page, "endpoints/chat");
    await page.locator(".in-words").waitFor();
    assert.equal(await page.getByLabel("Priority").isDisabled(), true);
    assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
    await accessible(page, "an endpoint for others");
    await context.close();
  },

  async "Every page is accessible, light and dark, wide and narrow, in every language"() {
    for (const look of LOOKS) {
      const { colorScheme, viewport, locale } = look;
      const { context, page } = await desk(look, "boss");
      for (const name of PAGES) {
        await settings(page, name);
        await page.locator(".settings-page .table-box, .settings-page .empty, .settings-page .form, .gaps").first().waitFor();
        await accessible(page, `${name}, ${colorScheme}, ${viewport.width}, ${locale}`);
      }
      await picture(page, `settings-${colorScheme}-${viewport.width}`);
      await context.close();
    }
  },

  async "What most never open is loaded only when it is opened"() {
    const { context, page } = await desk();
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await row(page, "Mia Weber").waitFor();
    assert.ok(!asked.some((path) => path.includes("settings-")), "not before");
    await page.keyboard.press(",");
    await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
    assert.ok(asked.some((path) => path.includes("settings-")), "but then");
    assert.notEqual(await focused(page), null);
    await context.close();
  },
};

await tell(story);
