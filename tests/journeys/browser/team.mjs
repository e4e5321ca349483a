// Colleagues at the same desk: they see each other, mention each other, share views and macros, and find what was said.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { change, desk, door, enter, focused, LOOKS, row, said, tell, unfolded } from "./door.mjs";

const { conversation } = await business("mia", {});
const hostile = await business("hostile", {});
const address = `${base}/desk/open/${conversation}`;
const message = (page) => page.getByLabel("Message to the customer");

const story = {
  async "Tags are added and removed with the keyboard, and filter the list"() {
    const { context, page } = await desk();
    await page.goto(address);
    await said(page, "Where is my parcel 4711?").waitFor();
    await page.keyboard.press("g");
    await page.keyboard.type("Late Parcel, vip!");
    await page.keyboard.press("Enter");
    await page.getByText("A tag has 1 to 40 characters").waitFor();
    assert.equal(await page.getByLabel("Add a tag").inputValue(), "Late Parcel, vip!", "what is refused stays to be corrected");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Enter");
    await page.locator(".head .tag.own", { hasText: "late-parcel" }).waitFor();
    assert.equal(page.url(), address, "no key of the name was a command");
    await page.getByRole("button", { name: "Remove the tag vip" }).press("Enter");
    await until("the tag is gone", async () => (await page.locator(".head .tag.own", { hasText: "vip" }).count()) === 0);
    const noted = page.locator(".event", { hasText: "Tagged late-parcel" }).first();
    await unfolded(page, "the new tag", noted);
    await page.keyboard.press("f");
    await until("the first choice has the focus", () => page.locator(".filter select").first().evaluate((choice) => choice === document.activeElement));
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "Filter");
    await page.keyboard.press("f");
    await page.getByLabel("Tag", { exact: true }).fill("late-parcel");
    await page.getByLabel("Tag", { exact: true }).press("Tab");
    await until("only that one is listed", async () => (await page.locator(".row").count()) === 1);
    await accessible(page, "the filters");
    await picture(page, "desk-filter");
    await context.close();
  },

  async "A filter is kept as a view, for oneself or for everybody"() {
    const { context, page } = await desk({}, "boss");
    await row(page, "Mia Weber").waitFor();
    await page.keyboard.press("f");
    await page.getByLabel("Tag", { exact: true }).fill("late-parcel");
    await page.getByLabel("Tag", { exact: true }).press("Enter");
    await page.getByRole("button", { name: "Save as a view …" }).click();
    await page.keyboard.type("Late <i>parcels</i>");
    await page.getByLabel("For everybody").check();
    await accessible(page, "naming a view");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "Late <i>parcels</i>" }).waitFor();
    assert.match(page.url(), /\/desk\/views\//);
    const other = await desk();
    await other.page.getByLabel("Choose a view").selectOption({ label: "Late <i>parcels</i>" });
    await until("the view shows what it is for", async () => (await other.page.locator(".row").count()) === 1);
    await row(other.page, "Mia Weber").click();
    await other.page.reload();
    await said(other.page, "Where is my parcel 4711?").waitFor();
    await other.page.getByRole("heading", { name: "Late <i>parcels</i>" }).waitFor();
    await other.context.close();
    await context.close();
  },

  async "The list is worked off in the order one chooses, and each view keeps its own"() {
    const asked = {};
    for (const name of ["Otto Alm", "Paula Berg"]) {
      asked[name] = await business("asks", { name, text: `${name} would like to know` });
      await business("later", { seconds: 60 });
    }
    const { context, page } = await desk();
    const order = page.getByRole("combobox", { name: "Order", exact: true });
    const listed = async () => (await page.locator(".row-who bdi").allTextContents()).filter((name) => asked[name]).join();
    const isListed = (names) => until(`the list is: ${names}`, async () => (await listed()) === names);
    await isListed("Paula Berg,Otto Alm");
    await page.keyboard.press("o");
    await isListed("Otto Alm,Paula Berg");
    assert.equal(await order.inputValue(), "waiting");
    await accessible(page, "the list in another order");
    await picture(page, "desk-order");
    await row(page, "Otto Alm").click();
    await said(page, "Otto Alm would like to know").waitFor();
    await change(page, "POST", `conversations/${asked["Otto Alm"].conversation}/messages`, { text: "Here it is." });
    await isListed("Paula Berg,Otto Alm");
    await page.keyboard.press("j");
    await page.locator("h1", { hasText: "Paula Berg" }).waitFor();
    await page.keyboard.press("4");
    await until("another view has its own order", async () => (await order.inputValue()) === "latest");
    await page.keyboard.press("3");
    await page.reload();
    await until("it is kept", async () => (await order.inputValue()) === "waiting");
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Save as a view …" }).click();
    await page.keyboard.type("First come");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "First come" }).waitFor();
    const elsewhere = await desk();
    await elsewhere.page.getByLabel("Choose a view").selectOption({ label: "First come" });
    const there = elsewhere.page.getByRole("combobox", { name: "Order", exact: true });
    await until("the view has its order everywhere", async () => (await there.inputValue()) === "waiting");
    await there.selectOption({ label: "Due first" });
    await elsewhere.page.keyboard.press("Control+k");
    await elsewhere.page.keyboard.type("order: latest");
    await elsewhere.page.getByRole("option", { name: "Order: Latest first" }).click();
    await until("the palette has it too", async () => (await there.inputValue()) === "latest");
    await elsewhere.context.close();
    await context.close();
  },

  async "A macro fills in what is known, and the case changes once the answer is sent"() {
    const boss = await desk({}, "boss");
    await change(boss.page, "POST", "macros", {
      name: "Parcel is late",
      shared: true,
      text: "Dear {{customer.first_name | customer}}, {{agent.first_name}} here. Order {{fact.order_number}}?",
      actions: { status: "pending", add_tags: ["promised"] },
    });
    await boss.context.close();
    const { context, page } = await desk();
    await page.goto(address);
    await said(page, "Where is my parcel 4711?").waitFor();
    await page.keyboard.press("r");
    await page.keyboard.press("Alt+m");
    await page.keyboard.type("late");
    await page.getByRole("dialog").getByRole("option", { name: /Parcel is late/ }).waitFor();
    await accessible(page, "choosing a macro");
    await page.keyboard.press("Enter");
    await until("it is inserted", async () => (await message(page).inputValue()) === "Dear Mia, Ana here. Order [fact.order_number]?");
    await page.getByText("Not known here: fact.order_number").waitFor();
    await page.getByText("Upon sending: Status: Pending · Tags: +promised").waitFor();
    await message(page).fill("Dear Mia, Ana here. Order 4711?");
    await accessible(page, "an answer with what it does");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Sending in").waitFor();
    await page.keyboard.press("Alt+z");
    await page.getByText("Upon sending: Status: Pending").waitFor();
    await page.keyboard.press("Control+Enter");
    await said(page, "Order 4711?").waitFor();
    await page.locator(".head .status", { hasText: "Pending" }).waitFor();
    await page.locator(".head .tag.own", { hasText: "promised" }).waitFor();
    await context.close();
  },

  async "A colleague who is mentioned is told, and goes there with two keys"() {
    const ana = await desk();
    const ben = await desk({}, "ben");
    await row(ben.page, "Mia Weber").waitFor();
    await ana.page.goto(address);
    await said(ana.page, "Where is my parcel 4711?").waitFor();
    // She types faster than the screen is drawn.
    await ana.page.evaluate(() => {
      requestAnimationFrame = () => 0;
    });
    await ana.page.keyboard.press("n");
    await ana.page.keyboard.type("Carrier says Tuesday, @be");
    await ana.page.locator(".mentions").getByRole("option", { name: "Ben <b>Okoro</b>" }).waitFor();
    await accessible(ana.page, "mentioning");
    await ana.page.keyboard.press("Enter");
    await ana.page.keyboard.type("please call.");
    await ana.page.keyboard.press("Control+Enter");
    await said(ana.page, "@Ben <b>Okoro</b> please call.").locator("strong.mention").waitFor();
    await ben.page.getByRole("button", { name: "Notifications, 1 new" }).waitFor();
    await ben.page.keyboard.press("b");
    await ben.page.getByRole("link", { name: /Ana Ribeiro mentioned you/ }).waitFor();
    await accessible(ben.page, "the notifications");
    await picture(ben.page, "desk-notifications");
    await ben.page.getByRole("link", { name: /Ana Ribeiro mentioned you/ }).press("Enter");
    await said(ben.page, "Carrier says Tuesday").waitFor();
    await ben.page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
    await ana.context.close();
    await ben.context.close();
  },

  async "Colleagues see each other, and who was quicker"() {
    const ana = await desk();
    await ana.page.goto(address);
    await said(ana.page, "Where is my parcel 4711?").waitFor();
    const ben = await desk({}, "ben");
    await ben.page.goto(address);
    await ben.page.locator(".presence").getByText("Ana Ribeiro has this open").waitFor({ state: "attached" });
    await ana.page.locator(".presence").getByText("Ben <b>Okoro</b> has this open").waitFor({ state: "attached" });
    await message(ben.page).fill("I will look");
    await ana.page.getByText("Ben <b>Okoro</b> is replying").waitFor();
    await message(ana.page).fill("It is found.");
    await message(ana.page).press("Control+Enter");
    await ben.page.getByRole("alert").getByText("Ana Ribeiro has answered meanwhile").waitFor();
    await accessible(ben.page, "an answer that came too late");
    await picture(ben.page, "desk-collision");
    await ben.page.getByRole("button", { name: "Understood" }).click();
    assert.equal(await message(ben.page).inputValue(), "I will look");
    await message(ben.page).fill("");
    await ben.context.close();
    await until("Ben is gone", async () => (await ana.page.locator(".presence").count()) === 0);
    await ana.context.close();
  },

  async "One search finds customers, what was said, and articles"() {
    const boss = await desk({}, "boss");
    const article = await change(boss.page, "POST", "articles", { slug: "lost", title: "Lost parcels", body: "A lost parcel is paid back.", audience: "internal" });
    await change(boss.page, "POST", `articles/${article.id}/publish`, {});
    await boss.context.close();
    const { context, page } = await desk();
    await row(page, "Mia Weber").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("parcel");
    await page.getByRole("option", { name: /Mia Weber.*parcel/ }).waitFor();
    await page.getByRole("option", { name: /Lost parcels/ }).waitFor();
    await accessible(page, "the search over everything");
    await picture(page, "desk-search");
    await page.getByRole("option", { name: /Mia Weber.*parcel/ }).click();
    await said(page, "Where is my parcel 4711?").waitFor();
    await context.close();
  },

  async "Decisions and actions are told in words, folded, and left out on demand"() {
    await business("decides", { conversation });
    await business("decides", { conversation });
    const { context, page } = await desk();
    await page.goto(address);
    await page.getByRole("button", { name: /^\d+ events$/ }).last().click();
    await page.getByText("cancel order is not allowed: it is on its way already").first().waitFor();
    await page.getByText("Looked up: get order (order id 4711)").first().waitFor();
    await page.getByRole("button", { name: "Show events" }).click();
    await accessible(page, "which events are shown");
    await page.getByRole("group", { name: "Show events" }).getByLabel("Policy").uncheck();
    await until("no decision is shown", async () => (await page.getByText("cancel order is not allowed").count()) === 0);
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "Show events");
    await context.close();
  },

  async "Earlier conversations of the customer stand between each other"() {
    const { context, page } = await desk();
    await page.goto(address);
    await said(page, "Where is my parcel 4711?").waitFor();
    await page.keyboard.press("h");
    await page.getByRole("heading", { name: "This conversation" }).first().waitFor();
    await page.locator(".history .bubble", { hasText: "Where is my parcel 4711?" }).waitFor();
    await accessible(page, "everything of a customer");
    await page.keyboard.press("h");
    await until("the timeline is back", async () => (await page.locator(".history").count()) === 0);
    await context.close();
  },

  async "A member who is kept out is told at once, and is out"() {
    const ben = await desk({}, "ben");
    await ben.page.goto(address);
    await said(ben.page, "Where is my parcel 4711?").waitFor();
    await message(ben.page).fill("Half a sentence");
    const boss = await desk({}, "boss");
    const { items } = await boss.page.evaluate(async () => (await fetch("/api/v1/members?limit=100")).json());
    const { id } = items.find((one) => one.name.startsWith("Ben"));
    await change(boss.page, "PATCH", `members/${id}`, { enabled: false });
    await ben.page.getByText("Your session has ended").waitFor();
    assert.equal(await ben.page.locator(".inbox, .conversation").count(), 0, "nothing of the desk is left");
    await accessible(ben.page, "having been put out");
    await change(boss.page, "PATCH", `members/${id}`, { enabled: true });
    await boss.context.close();
    await ben.context.close();
  },

  async "A tab that is older than the server says so, and one without a connection too"() {
    const { context, page } = await door();
    await page.route("**/api/v1/events", (route) => route.abort());
    await enter(page);
    await row(page, "Mia Weber").waitFor();
    await page.getByText("No live connection").waitFor();
    await accessible(page, "the desk without a connection");
    await page.route("**/desk/assets/desk.js", (route) => route.fulfill({ status: 200, headers: { etag: '"newer"' }, body: "" }));
    await page.unroute("**/api/v1/events");
    await page.getByText("There is a new version of the desk.").waitFor();
    await accessible(page, "an old tab");
    await context.close();
  },

  async "A network that dies without a word is noticed by the heartbeats that stay away"() {
    const { context, page } = await door();
    await page.clock.install();
    await enter(page);
    await row(page, "Mia Weber").waitFor();
    // For this tab, more time passes than the server lets pass between two of them.
    const again = page.waitForRequest("**/api/v1/events");
    await page.clock.fastForward(45_000);
    await again;
    await context.close();
  },

  async "Hostile names stay text everywhere"() {
    const { context, page } = await desk();
    await page.goto(`${base}/desk/open/${hostile.conversation}`);
    await page.locator("h1", { hasText: "<img src=x" }).waitFor();
    await page.keyboard.press("h");
    await page.locator(".history .bubble").first().waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("hello there");
    await page.getByRole("option", { name: /<img src=x/ }).first().waitFor();
    assert.equal(await page.evaluate(() => window.taken), undefined);
    assert.equal(await page.locator("img[src='x'], i:text('parcels'), b:text-is('Okoro')").count(), 0);
    await context.close();
  },

  async "All of it is accessible, light and dark, wide and narrow"() {
    for (const { colorScheme, viewport } of LOOKS) {
      const where = `${colorScheme}-${viewport.width}`;
      const { context, page } = await desk({ colorScheme, viewport });
      await page.goto(address);
      await said(page, "Where is my parcel 4711?").waitFor();
      await page.keyboard.press("h");
      await page.locator(".history .bubble").first().waitFor();
      await accessible(page, `everything of a customer, ${where}`);
      await page.keyboard.press("h");
      await page.keyboard.press("b");
      await page.getByRole("dialog", { name: "Notifications" }).waitFor();
      await accessible(page, `the notifications, ${where}`);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("parcel");
      await page.getByRole("option", { name: /Lost parcels/ }).waitFor();
      await accessible(page, `the search, ${where}`);
      await context.close();
    }
  },
};

await tell(story);
