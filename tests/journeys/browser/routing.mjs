// The router at the desk: who is there, who is offered what, what becomes of it, and who watches over all of it.
import assert from "node:assert/strict";
import { accessible, base, business, picture, until } from "./browser.mjs";
import { change, desk, focused, LOOKS, NARROW, row, said, tell, unfolded } from "./door.mjs";

const card = (page, name) => page.getByRole("article", { name: `Offer: ${name}` });
const presence = (page) => page.getByRole("region", { name: "Presence" });
const asks = (name, text) => business("asks", { name, text });
/** A chat is offered for half a minute. */
const lapses = () => business("later", { seconds: 31 });

/** Says with the keyboard alone whether one takes work. */
async function say(page, what) {
  await presence(page).getByRole("button").press("Enter");
  await page.getByRole("menuitemradio", { name: new RegExp(`^${what}`) }).focus();
  await page.keyboard.press("Enter");
  await presence(page).getByText(what).waitFor();
}

async function agent(who, what, options = {}) {
  const { context, page } = await desk(options, who);
  await say(page, what);
  return { context, page };
}

/** What was begun is done, and whoever was there goes: the next part begins with nothing waiting and nobody there. */
async function close(...desks) {
  const { page } = desks.find((one) => !one.page.isClosed());
  const open = await page.evaluate(async () => (await fetch("/api/v1/inbox?status=open&limit=100")).json());
  for (const { id } of open.items) await change(page, "PATCH", `conversations/${id}`, { status: "resolved" });
  await business("later", { seconds: 0 });
  for (const one of desks) {
    if (!one.page.isClosed()) await change(one.page, "PUT", "routing/me/presence", { presence: "offline" });
    await one.context.close();
  }
}

/** Asks why, with the keyboard alone, at the line of the timeline that begins so; or at the first that has reasons. */
async function why(page, line = "") {
  const name = `Why? ${line}`;
  const asks = page.getByRole("button", { name }).first();
  await unfolded(page, name, asks);
  await asks.press("Enter");
  await page.getByRole("button", { name, expanded: true }).waitFor();
  await page.locator(".why").waitFor();
  return page.locator(".why");
}

// The clock of the shop stands still where it opened; the time left of an offer is counted from today.
await business("later", { seconds: Math.round(Date.now() / 1000) - 1_772_355_600 });

const story = {
  async "Whether one takes work is always in sight, and a key or a command away"() {
    const { context, page } = await desk();
    await presence(page).getByText("Offline").waitFor();
    await page.keyboard.press("p");
    await page.getByRole("menuitemradio", { name: /Offline/, checked: true }).waitFor();
    await accessible(page, "the menu of presences");
    await picture(page, "desk-presence");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByText("You are now: Available.").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("presence: wrap");
    await page.getByRole("option", { name: /Wrap-up/ }).waitFor();
    await page.keyboard.press("Enter");
    await presence(page).getByText("Wrap-up").waitFor();
    await page.keyboard.press(",");
    await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
    await presence(page).getByText("Wrap-up").waitFor();
    await page.reload();
    await presence(page).getByText("Wrap-up").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Accept the offer").waitFor();
    assert.equal(await page.getByRole("dialog").getByText("Board").count(), 0, "keys of others are not listed");
    await page.keyboard.press("Escape");
    await close({ context, page });
  },

  async "Who logs out is offered nothing"() {
    const first = await agent("ana", "Available");
    await first.page.getByRole("button", { name: "Account and settings" }).click();
    await first.page.getByRole("button", { name: "Log out" }).click();
    await first.page.getByRole("button", { name: "Log in" }).waitFor();
    await first.context.close();
    const again = await desk();
    await presence(again.page).getByText("Offline").waitFor();
    await again.context.close();
  },

  async "What one agent declines is offered to the other, who takes it and can answer at once"() {
    const ana = await agent("ana", "Available");
    await asks("Nora Lind", "My lamp <b>flickers</b>");
    await card(ana.page, "Nora Lind").getByText("My lamp <b>flickers</b>").waitFor();
    await card(ana.page, "Nora Lind").getByText("Chat").waitFor();
    await card(ana.page, "Nora Lind").getByText(/Waiting for/).waitFor();
    await card(ana.page, "Nora Lind").getByRole("timer").waitFor();
    assert.notEqual(await focused(ana.page), "Accept", "an offer takes nobody's focus");
    await accessible(ana.page, "an offer");
    await picture(ana.page, "desk-offer");
    const ben = await agent("ben", "Available");
    await ana.page.keyboard.press("Alt+x");
    await ana.page.getByText("Declined; others are asked.").waitFor();
    await until("Ana is asked no more", async () => (await card(ana.page, "Nora Lind").count()) === 0);
    await card(ben.page, "Nora Lind").waitFor();
    await ben.page.reload();
    await card(ben.page, "Nora Lind").waitFor();
    await ben.page.keyboard.press("Alt+o");
    await said(ben.page, "My lamp <b>flickers</b>").waitFor();
    await until("the answer can be written", async () => (await focused(ben.page)) === "Message to the customer");
    assert.match(ben.page.url(), /\/desk\/mine\//);
    const owner = ben.page.getByLabel("Owner", { exact: true }).locator("option:checked");
    await until("it is Ben's", async () => (await owner.textContent()) === "Ben <b>Okoro</b> (You)");
    await close(ana, ben);
  },

  async "A customer in the chat sees how the line moves, until somebody has come"() {
    const ana = await agent("ana", "Available");
    for (const name of ["Wim Aas", "Xenia Bo"]) {
      await asks(name, "I was first");
      await business("later", { seconds: 1 });
    }
    await card(ana.page, "Wim Aas").waitFor();
    const options = { viewport: NARROW, locale: "en-GB", reducedMotion: "reduce" };
    const context = await ana.context.browser().newContext(options);
    const chat = await context.newPage();
    await chat.goto(`${base}/chat/chat`);
    await chat.getByLabel("Your message").fill("Is it in stock?");
    await chat.getByLabel("Your message").press("Enter");
    await chat.getByText("· Sent").waitFor();
    await business("later", { seconds: 1 });
    const line = chat.locator(".in-line");
    await line.getByText(/^1 person is before you\. About \d+ minutes?\.$/).waitFor();
    await accessible(chat, "the chat of somebody who waits");
    await picture(chat, "chat-in-line");
    for (const name of ["Wim Aas", "Xenia Bo"]) {
      await card(ana.page, name).getByRole("button", { name: "Accept" }).click();
      await until("the card is gone", async () => (await card(ana.page, name).count()) === 0);
    }
    await line.getByText("You are next.", { exact: true }).waitFor();
    await ana.page.getByRole("article", { name: /^Offer:/ }).getByRole("button", { name: "Accept" }).click();
    await line.waitFor({ state: "hidden" });
    await context.close();
    await close(ana);
  },

  async "A customer who would rather be called leaves a number, and whoever calls says what came of it"() {
    const options = { viewport: NARROW, locale: "en-GB", reducedMotion: "reduce" };
    const ana = await agent("ana", "Away");
    const context = await ana.context.browser().newContext(options);
    const chat = await context.newPage();
    await chat.goto(`${base}/chat/chat`);
    await chat.getByLabel("Your message").fill("My lamp is <b>dark</b>");
    await chat.getByLabel("Your message").press("Enter");
    await chat.getByText("· Sent").waitFor();
    await business("later", { seconds: 1 });
    await chat.getByRole("button", { name: "Be called back instead" }).click();
    const dialog = chat.getByRole("dialog", { name: "Be called back instead" });
    await dialog.getByLabel("Your phone number, with country code").fill("no number");
    await dialog.getByRole("button", { name: "Call me" }).click();
    await until("it is refused", async () => (await dialog.getByRole("alert").textContent()) !== "");
    await dialog.getByLabel("Your phone number, with country code").fill("+49 151 12345678");
    await accessible(chat, "asking to be called back");
    await picture(chat, "chat-call-back");
    await dialog.getByRole("button", { name: "Call me" }).click();
    const agreed = chat.getByText("We call you on the number ending in 78 when it is your turn.");
    await agreed.waitFor();
    await chat.reload();
    await agreed.waitFor();
    await accessible(chat, "a visitor who is called back");

    await say(ana.page, "Available");
    const offer = ana.page.getByRole("article", { name: /^Offer:/ });
    await offer.getByText("Call back").waitFor();
    await accessible(ana.page, "an offer to call back");
    await picture(ana.page, "desk-offer-call");
    await offer.getByRole("button", { name: "Accept" }).click();
    await said(ana.page, "My lamp is <b>dark</b>").waitFor();
    const line = ana.page.getByRole("region", { name: "Call back" });
    assert.equal(await line.getByRole("link").getAttribute("href"), "tel:+4915112345678");
    await ana.page.locator(".row-callback").first().waitFor();
    await accessible(ana.page, "a conversation whose customer is to be called");
    await picture(ana.page, "desk-call-back");
    await line.getByRole("button", { name: "Nobody answered" }).click();
    await line.getByText(/Tried: 1/).waitFor();
    await ana.page.locator(".event", { hasText: "Nobody answered the call back (1 of 3)" }).or(ana.page.locator(".event.fold")).first().waitFor();

    await ana.page.getByRole("heading", { level: 1 }).first().click();
    await ana.page.keyboard.press("l");
    const arranging = ana.page.getByRole("dialog", { name: "Call back" });
    await arranging.getByRole("combobox", { name: "When" }).selectOption({ label: "When it is their turn" });
    await arranging.getByLabel("What whoever calls should know").fill("Try the <i>back</i> door");
    await accessible(ana.page, "arranging a call");
    await picture(ana.page, "desk-arrange-call");
    await arranging.getByRole("button", { name: "Call back" }).click();
    await line.getByText("Try the <i>back</i> door").waitFor();
    await offer.getByRole("button", { name: "Accept" }).click();
    await line.getByRole("button", { name: "Reached" }).click();
    await line.waitFor({ state: "detached" });
    await agreed.waitFor({ state: "detached" });
    await context.close();
    await close(ana);
  },

  async "A conversation is handed on with a note, which the next one sees"() {
    const ben = await agent("ben", "Available");
    await asks("Vera Ek", "Do you have it in black?");
    await card(ben.page, "Vera Ek").getByRole("button", { name: "Accept" }).click();
    await said(ben.page, "Do you have it in black?").waitFor();
    const ana = await agent("ana", "Available");
    await ben.page.getByRole("heading", { name: "Vera Ek" }).first().click();
    await ben.page.keyboard.press("x");
    await ben.page.getByRole("dialog", { name: "Hand on" }).getByRole("combobox", { name: "To" }).selectOption({ label: "Ana Ribeiro" });
    await ben.page.getByLabel("What the next one should know").fill("She wants a <i>black</i> one.");
    await accessible(ben.page, "handing on");
    await picture(ben.page, "desk-transfer");
    await ben.page.getByRole("dialog").getByRole("button", { name: "Hand on" }).click();
    await ben.page.getByText("Handed on to Ana Ribeiro.").waitFor();
    await card(ana.page, "Vera Ek").getByRole("button", { name: "Accept" }).click();
    await ana.page.locator(".event", { hasText: "She wants a <i>black</i> one." }).waitFor();
    await accessible(ana.page, "a conversation that was handed on");
    await picture(ana.page, "desk-handed-on");
    await close(ana, ben);
  },

  async "A laptop that is closed loses its offer to the other"() {
    const ana = await agent("ana", "Available");
    await asks("Omar Sy", "Is anybody there?");
    await card(ana.page, "Omar Sy").waitFor();
    await ana.page.close();
    const ben = await agent("ben", "Available");
    assert.equal(await card(ben.page, "Omar Sy").count(), 0, "it is still Ana's to take");
    await lapses();
    await card(ben.page, "Omar Sy").getByRole("button", { name: "Accept" }).click();
    await said(ben.page, "Is anybody there?").waitFor();
    await close(ben, ana);
  },

  async "An offer that lapses goes from the screen, which says so"() {
    const ana = await agent("ana", "Available");
    await asks("Pia Roth", "Hello?");
    await card(ana.page, "Pia Roth").waitFor();
    await lapses();
    await ana.page.getByText("The offer of Pia Roth was not answered in time. Others are asked.").waitFor();
    await until("the card is gone", async () => (await card(ana.page, "Pia Roth").count()) === 0);
    await close(ana);
  },

  async "A stale tab that accepts what somebody else has is told who has it"() {
    const ana = await agent("ana", "Available");
    const boss = await desk({}, "boss");
    const { conversation } = await asks("Quinn Oz", "Can you help?");
    await card(ana.page, "Quinn Oz").waitFor();
    // From now on this tab hears nothing.
    await ana.page.route("**/api/v1/routing/me", (route) => route.abort());
    await boss.page.goto(`${base}/desk/open/${conversation}`);
    await said(boss.page, "Can you help?").waitFor();
    await boss.page.keyboard.press("a");
    await boss.page.getByText("Assigned to Bao Nguyen.").waitFor();
    await business("later", { seconds: 0 });
    await card(ana.page, "Quinn Oz").getByRole("button", { name: "Accept" }).click();
    await ana.page.getByText("The offer is over: Bao Nguyen looks after Quinn Oz now.").waitFor();
    assert.equal(await card(ana.page, "Quinn Oz").count(), 0);
    assert.ok(!ana.page.url().includes(conversation), "nothing was opened");
    await ana.page.unroute("**/api/v1/routing/me");
    await close(ana, boss);
  },

  async "Offers are heard until that is switched off, and told by the browser while the desk is out of sight"() {
    const { context, page } = await desk();
    await page.addInitScript(() => {
      window.rung = 0;
      window.told = [];
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...when) {
        window.rung++;
        return start.apply(this, when);
      };
      window.Notification = class {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title) {
          window.told.push(title);
        }
        close() {}
      };
      Object.defineProperty(document, "hidden", { get: () => window.away === true });
    });
    await page.reload();
    await page.locator(".inbox").waitFor();
    await page.keyboard.press("b");
    await page.getByLabel("Tell me while the desk is out of sight").check();
    await page.keyboard.press("Escape");
    await say(page, "Available");
    await page.evaluate(() => void (window.away = true));
    await asks("Rosa Wu", "Anyone?");
    await card(page, "Rosa Wu").waitFor();
    await until("it rings", () => page.evaluate(() => window.rung > 0));
    await until("the browser tells", () => page.evaluate(() => window.told.includes("Offer: Rosa Wu")));
    await page.evaluate(() => void (window.away = false));
    await page.keyboard.press("Alt+x");
    await until("the card is gone", async () => (await card(page, "Rosa Wu").count()) === 0);
    await page.keyboard.press("p");
    await page.getByRole("menuitemcheckbox", { name: "Sound for offers", checked: true }).click();
    await page.getByRole("menuitemcheckbox", { name: "Sound for offers", checked: false }).waitFor();
    await page.reload();
    await presence(page).getByText("Available").waitFor();
    await asks("Sam Ito", "And now?");
    await card(page, "Sam Ito").waitFor();
    assert.equal(await page.evaluate(() => window.rung), 0, "it is silent, after a reload too");
    await close({ context, page });
  },

  async "A supervisor sees queues and people, listens in and takes over"() {
    const ana = await agent("ana", "Available");
    await asks("Tess Ng", "I need a new lamp");
    await card(ana.page, "Tess Ng").waitFor();
    await ana.page.keyboard.press("Alt+o");
    await said(ana.page, "I need a new lamp").waitFor();
    const boss = await desk({}, "boss");
    await presence(boss.page).waitFor();
    await boss.page.keyboard.press("6");
    await boss.page.getByRole("heading", { name: "Board", level: 1 }).waitFor();
    await boss.page.getByRole("row", { name: /^support/ }).waitFor();
    const worker = boss.page.locator(".worker", { hasText: "Ana Ribeiro" });
    await worker.getByText("Available").waitFor();
    await worker.getByText(/Conversations \(/).click();
    await accessible(boss.page, "the board");
    await picture(boss.page, "desk-board");
    await say(ana.page, "Busy");
    await worker.getByText("Busy").waitFor();
    await worker.getByRole("link", { name: /Tess Ng/ }).click();
    await said(boss.page, "I need a new lamp").waitFor();
    await boss.page.goBack();
    await worker.getByText(/Conversations \(/).click();
    await worker.getByRole("button", { name: "Take over the conversation with Tess Ng" }).click();
    await boss.page.getByText("You look after it now.").waitFor();
    await until("it is the supervisor's", async () => (await boss.page.getByLabel("Owner", { exact: true }).locator("option:checked").textContent()) === "Bao Nguyen (You)");
    const none = await desk();
    await none.page.goto(`${base}/desk/board`);
    await none.page.locator("#main").getByRole("alert").waitFor();
    await none.context.close();
    await close(ana, boss);
  },

  async "A supervisor gives a conversation to a colleague who is away, and says why"() {
    const ben = await agent("ben", "Away");
    const boss = await desk({}, "boss");
    const { conversation } = await asks("Vito Haas", "It is about my <i>old</i> order");
    const handOn = async (page) => {
      await page.goto(`${base}/desk/open/${conversation}`);
      await said(page, "It is about my <i>old</i> order").waitFor();
      await page.keyboard.press("x");
      return page.getByRole("dialog", { name: "Hand on" });
    };
    const dialog = await handOn(boss.page);
    const to = dialog.getByRole("combobox", { name: "To" });
    const now = dialog.getByRole("checkbox", { name: "Give it to them now, whatever they have set" });
    await to.selectOption({ label: "Ana Ribeiro (Offline)" });
    await dialog.getByText("Ana Ribeiro is offline and cannot get it now.").waitFor();
    assert.ok(await now.isDisabled());
    await to.selectOption({ label: "Ben <b>Okoro</b> (Away)" });
    await dialog.getByText("They are asked first.").waitFor();
    await now.check();
    await dialog.getByText("even while they are busy or away").waitFor();
    const submit = dialog.getByRole("button", { name: "Hand on" });
    assert.ok(await submit.isDisabled(), "a decision has a reason");
    await dialog.getByLabel("Why you decide so").fill("He knows the <b>order</b>.");
    await accessible(boss.page, "deciding who gets it");
    await picture(boss.page, "desk-override");
    await submit.click();
    await boss.page.getByText("Ben <b>Okoro</b> gets it.").waitFor();
    await ben.page.goto(`${base}/desk/mine/${conversation}`);
    const why = "Bao Nguyen gives it to Ben <b>Okoro</b>: He knows the <b>order</b>.";
    await ben.page.locator(".event .handed-on", { hasText: why }).waitFor();
    await presence(ben.page).getByText("Away").waitFor();
    await until("it is Ben's", async () => (await ben.page.getByLabel("Owner", { exact: true }).locator("option:checked").textContent()) === "Ben <b>Okoro</b> (You)");
    await accessible(ben.page, "a conversation that was given to somebody");

    const ana = await desk();
    const hers = await handOn(ana.page);
    await hers.getByRole("combobox", { name: "To" }).selectOption({ label: "Ben <b>Okoro</b>" });
    await hers.getByText("They are asked first.").waitFor();
    assert.equal(await hers.getByRole("checkbox").count(), 0, "agents ask, and do not decide");
    await ana.page.keyboard.press("Escape");
    await close(boss, ben, ana);
  },

  async "The clock shows what a queue promises, and supervisors hear when it is broken"() {
    const boss = await desk({}, "boss");
    const { page } = boss;
    const promise = async (target_ms) => {
      const settings = await page.evaluate(async () => (await fetch("/api/v1/routing/settings")).json());
      for (const queue of Object.values(settings.queues)) queue.target_ms = target_ms;
      await change(page, "PUT", "routing/settings", settings);
    };
    await promise(40 * 60_000);
    const { conversation } = await asks("Wilma Orth", "How long will it take?");
    await page.keyboard.press("2");
    const clock = (mood, text) => row(page, "Wilma Orth").locator(`.waited.${mood}`, { hasText: text });
    await clock("calm", "left").waitFor();
    assert.match(await clock("calm", "left").getAttribute("title"), /To be served by /);
    // The time of the page is today's: what is left is said by the list.
    for (const [left_ms, mood, text] of [[4 * 60_000, "soon", "left"], [-5 * 60_000, "late", "overdue by"]]) {
      const now = Date.now();
      await page.route("**/api/v1/inbox?*", async (route) => {
        const answer = await route.fetch();
        const listed = await answer.json();
        const one = listed.items.find(({ id }) => id === conversation);
        if (one) Object.assign(one, { serve_by: now + left_ms, waiting_since: now - 30 * 60_000 });
        await route.fulfill({ response: answer, json: listed });
      });
      await page.reload();
      await clock(mood, text).waitFor();
      await accessible(page, `a clock that is ${mood}`);
      await picture(page, `desk-clock-${mood}`);
      await page.unroute("**/api/v1/inbox?*");
    }
    await promise(60_000);
    await business("later", { seconds: 61 });
    await page.goto(`${base}/desk/unassigned/${conversation}`);
    await page.locator(".event", { hasText: /Not served by .*, as the queue promises/ }).waitFor();
    await page.keyboard.press("b");
    await page.getByRole("dialog").getByText("Customers wait longer than their queue promises").first().waitFor();
    await accessible(page, "a promise that is broken");
    await page.keyboard.press("Escape");
    await promise(null);
    await close(boss);
  },

  async "What the router did is told in the reader's language"() {
    const ana = await agent("ana", "Available");
    const { conversation } = await asks("Xenia Pohl", "Wo ist meine Lampe?");
    await card(ana.page, "Xenia Pohl").getByRole("button", { name: "Accept" }).click();
    await said(ana.page, "Wo ist meine Lampe?").waitFor();
    const german = await desk({ locale: "de-DE" }, "boss");
    await german.page.goto(`${base}/desk/open/${conversation}`);
    await german.page.locator(".event.fold").click();
    await german.page.locator(".event", { hasText: "Ana Ribeiro angeboten" }).waitFor();
    await german.page.locator(".event", { hasText: "Ana Ribeiro zugewiesen" }).waitFor();
    await german.page.getByRole("button", { name: "Warum? Ana Ribeiro angeboten" }).click();
    await german.page.getByText("Ana Ribeiro war frei, und sonst konnte es niemand bekommen.").waitFor();
    await german.context.close();
    await close(ana);
  },

  async "Whoever wonders why somebody got something asks its line, and is told as by a colleague"() {
    const ben = await agent("ben", "Available");
    const zoe = await asks("Zoe Vik", "Is my lamp repaired?");
    await card(ben.page, "Zoe Vik").getByRole("button", { name: "Accept" }).click();
    await said(ben.page, "Is my lamp repaired?").waitFor();
    const queues = await ben.page.evaluate(async () => (await fetch("/api/v1/routing/queues")).json());
    const { id } = queues.items.find(({ name }) => name === "support");
    await change(ben.page, "POST", `conversations/${zoe.conversation}/transfer`, { queue: id, note: "" });
    await say(ben.page, "Away");
    await business("later", { seconds: 60 });
    await asks("Yara Dahl", "Do you <i>ship</i> to Oslo?");
    const ana = await agent("ana", "Available");
    await card(ana.page, "Zoe Vik").waitFor();

    const boss = await desk({}, "boss");
    await boss.page.goto(`${base}/desk/open/${zoe.conversation}`);
    const reasons = await why(boss.page, "Offered to Ana Ribeiro");
    await reasons.getByText("Ana Ribeiro became free, and this was due first.").waitFor();
    await reasons.getByText(/^Asked for in step 1 of the queue support: people only; somebody of support\.$/).waitFor();
    await reasons.getByText(/^Priority: Normal\. The customer had waited 1m; due by /).waitFor();
    await reasons.getByText(/^Ben <b>Okoro<\/b>, until /).waitFor();
    await reasons.getByText("Ana Ribeiro could have had these as well; they are due later:").waitFor();
    await reasons.getByText(/^Of all who fit: free: 1, away: 1/).waitFor();
    await accessible(boss.page, "why somebody got something");
    await picture(boss.page, "desk-why");
    await boss.page.keyboard.press("Enter");
    await until("the reasons are put away", async () => (await reasons.count()) === 0);
    await boss.page.keyboard.press("Enter");
    await reasons.getByRole("listitem").getByText("(1m later)").waitFor();
    await reasons.getByRole("link", { name: "Yara Dahl" }).press("Enter");
    await said(boss.page, "Do you <i>ship</i> to Oslo?").waitFor();

    for (const name of ["Zoe Vik", "Yara Dahl"]) {
      await card(ana.page, name).getByRole("button", { name: "Accept" }).click();
      await until("the card is gone", async () => (await card(ana.page, name).count()) === 0);
    }
    await say(ben.page, "Available");
    const cleo = await asks("Cleo Moe", "Which bulb fits?");
    await card(ben.page, "Cleo Moe").waitFor();
    await boss.page.goto(`${base}/desk/open/${cleo.conversation}`);
    const others = await why(boss.page);
    await others.getByText("Ben <b>Okoro</b> was free and had less to do than whoever came next.").waitFor();
    await others.getByText("Ana Ribeiro: more to do (50% instead of 0%)").waitFor();
    await close(boss, ben, ana);
  },

  async "Queues, hours and rules are set, and what is refused is told at its field"() {
    const { context, page } = await desk({}, "boss");
    await page.goto(`${base}/desk/settings/routing`);
    await page.getByRole("button", { name: "Add a queue …" }).click();
    await page.keyboard.type("Billing <b>x</b>");
    await page.getByLabel(/^Target/).fill("-5");
    await page.getByRole("button", { name: "Add a step" }).click();
    await page.getByRole("textbox", { name: /^Skills/ }).fill("billing 3, language:de 2");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field", { hasText: "Target" }).getByText("Must not be below 0").waitFor();
    await until("it leads there", () => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid") === "true"));
    await accessible(page, "a queue that was refused");
    await page.getByLabel(/^Target/).fill("20");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /Billing <b>x<\/b> Always open 20/ }).waitFor();
    await page.getByRole("link", { name: "Hours" }).click();
    await page.getByText("No hours: every queue is always open.").waitFor();
    await page.getByRole("button", { name: "Add hours …" }).click();
    await page.getByLabel(/^Time zone/).fill("Mars/Base");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field", { hasText: "Time zone" }).getByText("There is no time zone 'Mars/Base'").waitFor();
    await page.getByLabel(/^Time zone/).fill("Europe/Madrid");
    await page.getByLabel("Monday").fill("13:00-12:00");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field", { hasText: "Monday" }).getByText("Hours must go forward").waitFor();
    await accessible(page, "hours that were refused");
    await page.getByLabel(/^Monday/).fill("9-12, 13:00-17:30");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /Europe\/Madrid Mon 09:00-12:00, 13:00-17:30/ }).waitFor();
    await page.getByRole("link", { name: "Rules" }).click();
    await page.getByRole("button", { name: "Chats: set a rule of its own" }).click();
    await page.getByLabel("An offer stands for", { exact: false }).first().fill("0");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field", { hasText: "An offer stands for" }).getByText("Must be more than 0").waitFor();
    await page.getByLabel("An offer stands for", { exact: false }).first().fill("45");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("In force.").waitFor();
    await page.getByRole("link", { name: "Who takes what" }).click();
    await page.getByRole("button", { name: "Change Ben <b>Okoro</b>" }).click();
    await page.getByRole("checkbox", { name: "Billing <b>x</b>" }).check();
    await page.getByRole("textbox", { name: /^Skills/ }).fill("billing 30");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field", { hasText: "Skills" }).getByText("levels go from 1 to 10").waitFor();
    await page.getByRole("textbox", { name: /^Skills/ }).fill("billing 3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /Ben <b>Okoro<\/b>.*Billing <b>x<\/b>/ }).waitFor();
    await picture(page, "settings-routing");
    await context.close();
  },

  async "All of it is accessible, light and dark, wide and narrow"() {
    for (const { colorScheme, viewport } of LOOKS) {
      const where = `${colorScheme}-${viewport.width}`;
      const { context, page } = await agent("boss", "Available", { colorScheme, viewport });
      const { conversation } = await asks(`Uma ${where}`, "Where is my order?");
      await card(page, `Uma ${where}`).getByText("Where is my order?").waitFor();
      await accessible(page, `an offer, ${where}`);
      await picture(page, `desk-offer-${where}`);
      await page.goto(`${base}/desk/open/${conversation}`);
      await why(page);
      await accessible(page, `why somebody was asked, ${where}`);
      await picture(page, `desk-why-${where}`);
      await page.goto(`${base}/desk/board`);
      await page.locator(".worker").first().waitFor();
      await card(page, `Uma ${where}`).getByRole("button", { name: "Decline" }).click();
      await until("the card is gone", async () => (await card(page, `Uma ${where}`).count()) === 0);
      await accessible(page, `the board, ${where}`);
      await picture(page, `desk-board-${where}`);
      await close({ context, page });
    }
  },
};

await tell(story);
