// A visitor in the hosted chat: from the first word to going on elsewhere.
import assert from "node:assert/strict";
import { accessible, base, business, launch, paint, picture, until } from "./browser.mjs";

const WIDE = { width: 1100, height: 760 };
const NARROW = { width: 360, height: 640 };

const browser = await launch();
const complaints = [];

/** A browser profile of its own. */
async function person(options = {}, prepare = async () => {}) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  await prepare(context);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${base}/chat/chat`);
  return { context, page };
}

const bubbles = (page) =>
  page.locator(".lines:not(.pending) .bubble > p").evaluateAll((all) => all.map((one) => one.textContent));
const drafts = (page) => page.locator(".pending li").count();

async function writes(page, text) {
  await page.getByLabel("Your message").fill(text);
  await page.keyboard.press("Enter");
}

async function shows(page, texts) {
  await until(
    `the page shows ${JSON.stringify(texts)}, it shows ${JSON.stringify(await bubbles(page))}`,
    async () => JSON.stringify(await bubbles(page)) === JSON.stringify(texts),
  );
}

/** The conversation this browser is in. */
async function conversationOf(page) {
  return page.evaluate(async () => {
    const token = localStorage.getItem("throughline.chat.chat.token");
    const answer = await fetch("/chat/v1/me", { headers: { authorization: `Bearer ${token}` } });
    return (await answer.json()).conversation.id;
  });
}

/** Browsers of tests have no push service: the page subscribes at one that takes everything and says nothing. */
function subscribesNowhere() {
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  let subscription = null;
  PushManager.prototype.getSubscription = async () => subscription;
  PushManager.prototype.subscribe = async () => {
    const keys = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const p256dh = base64(await crypto.subtle.exportKey("raw", keys.publicKey)).replaceAll("+", "-").replaceAll("/", "_");
    const endpoint = `http://127.0.0.1:9/${crypto.randomUUID()}`;
    subscription = {
      endpoint,
      options: { applicationServerKey: null },
      toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth: "AAAAAAAAAAAAAAAAAAAAAA" } }),
      unsubscribe: async () => {
        subscription = null;
        return true;
      },
    };
    return subscription;
  };
}

/** What the browser shows outside of its pages, as `page`, one of the same server, knows it. */
const news = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration("/chat/chat");
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, lang, dir, silent }) => ({ title, body, lang, dir, silent }));
  });

/** What a push service would hand to the chat's worker. */
async function pusher(page) {
  const cdp = await page.context().newCDPSession(page);
  const found = new Promise((find) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const chat = registrations.find((one) => new URL(one.scopeURL).pathname === "/chat/chat");
      if (chat) find(chat.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  const registrationId = await found;
  return (message) =>
    cdp.send("ServiceWorker.deliverPushMessage", { origin: base, registrationId, data: JSON.stringify(message) });
}

const code = (text) => text.match(/\b\d{6}\b/)[0];
const link = (text) => text.match(/http\S+\/chat\/resume\/\S+/)[0];

const story = {
  async "An empty chat greets, and is accessible"() {
    const { context, page } = await person();
    await page.getByText("Hello! How can we help?").waitFor();
    await accessible(page, "the empty chat");
    await picture(page, "empty-wide");
    assert.equal(await page.evaluate(() => localStorage.length), 0, "nobody is known before they write");
    await context.close();
  },

  async "An answer arrives by itself, a reload goes on"() {
    const { context, page } = await person();
    await writes(page, "Where is my parcel?");
    await shows(page, ["Where is my parcel?"]);
    const conversation = await conversationOf(page);
    await business("typing", { conversation });
    await page.getByText("Mia is writing …").waitFor();
    await business("answer", { conversation, text: "It arrives tomorrow." });
    await shows(page, ["Where is my parcel?", "It arrives tomorrow."]);
    await page.getByText("· Read").waitFor();
    await page.reload();
    await shows(page, ["Where is my parcel?", "It arrives tomorrow."]);
    await business("answer", { conversation, text: "Anything else?" });
    await shows(page, ["Where is my parcel?", "It arrives tomorrow.", "Anything else?"]);
    await context.close();
  },

  async "What is written without a connection is sent once, and what was missed comes"() {
    const { context, page } = await person();
    await writes(page, "one");
    await shows(page, ["one"]);
    const conversation = await conversationOf(page);
    await context.setOffline(true);
    await writes(page, "two");
    await writes(page, "three");
    await page.getByText("No connection.").waitFor();
    assert.equal(await drafts(page), 2);
    await picture(page, "offline-wide");
    await accessible(page, "the chat without a connection");
    await business("answer", { conversation, text: "four" });
    await context.setOffline(false);
    await until("the drafts are sent", async () => (await drafts(page)) === 0);
    await until("all is there", async () => (await bubbles(page)).length === 4);
    assert.deepEqual((await bubbles(page)).sort(), ["four", "one", "three", "two"]);
    assert.deepEqual((await business("texts", { conversation })).slice(-2), ["two", "three"]);
    assert.equal(await page.getByText("No connection.").isVisible(), false);
    await context.close();
  },

  async "An answer that got lost on the way back repeats nothing"() {
    const { context, page } = await person();
    await writes(page, "first");
    await shows(page, ["first"]);
    let lost = 0;
    await page.route("**/chat/v1/messages", async (route) => {
      lost += 1;
      if (lost > 2) return route.continue();
      await route.fetch();
      return route.abort("connectionreset");
    });
    await writes(page, "second");
    await until("the message is stored and acknowledged", async () => (await drafts(page)) === 0);
    await shows(page, ["first", "second"]);
    const conversation = await conversationOf(page);
    assert.deepEqual(await business("texts", { conversation }), ["first", "second"]);
    await context.close();
  },

  async "A message that is refused can be tried again or deleted"() {
    const { context, page } = await person();
    const refuse = (route) =>
      route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        body: JSON.stringify({ type: "invalid", status: 422, detail: "not like this" }),
      });
    await page.route("**/chat/v1/messages", refuse);
    await writes(page, "hello");
    await page.getByText("Not sent. not like this").waitFor();
    await picture(page, "refused-wide");
    await accessible(page, "a refused message");
    await page.reload();
    await page.getByText("Not sent. not like this").waitFor();
    await page.unroute("**/chat/v1/messages");
    await page.getByRole("button", { name: "Try again" }).click();
    await shows(page, ["hello"]);
    await context.close();
  },

  async "A picture is sent, shown and kept"() {
    const { context, page } = await person();
    await page.locator("input[type=file]").setInputFiles({
      name: "broken parcel.png",
      mimeType: "image/png",
      buffer: await paint(page),
    });
    await page.locator(".uploads").getByText("broken parcel.png").waitFor();
    await page.getByText("uploading …").waitFor({ state: "detached" });
    await writes(page, "Look");
    await page.getByRole("img", { name: "broken parcel.png" }).waitFor();
    assert.ok(await page.locator(".picture img").evaluate((image) => image.naturalWidth > 0));
    await page.locator("input[type=file]").setInputFiles({
      name: "notes.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("hello"),
    });
    await page.locator(".uploads").getByText("5 B", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: /notes\.txt/ }).click();
    assert.equal((await download).suggestedFilename(), "notes.txt");
    await page.locator("input[type=file]").setInputFiles({
      name: "huge.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc(1_500_000),
    });
    await page.getByText("huge.bin is larger than 1.0 MB.").waitFor();
    await picture(page, "files-wide");
    await accessible(page, "a chat with files");
    await context.close();
  },

  async "Hostile text is text"() {
    const { context, page } = await person();
    const hostile = [
      "<img src=x onerror=alert(1)>",
      "<script>alert(2)</script>",
      "javascript:alert(3)",
      `"><svg onload=alert(4)>`,
      "{{7*7}} ${7*7}",
    ];
    for (const text of hostile) await writes(page, text);
    await shows(page, hostile);
    const conversation = await conversationOf(page);
    await business("answer", { conversation, text: "<b onmouseover=alert(5)>bold</b>" });
    await shows(page, [...hostile, "<b onmouseover=alert(5)>bold</b>"]);
    assert.equal(await page.locator(".log script, .log b, .log svg, .log img").count(), 0);
    await context.close();
  },

  async "Long words, many lines and other scripts stay in their place"() {
    for (const [colorScheme, viewport, name] of [
      ["light", NARROW, "long-narrow-light"],
      ["dark", NARROW, "long-narrow-dark"],
      ["light", WIDE, "long-wide-light"],
      ["dark", WIDE, "long-wide-dark"],
    ]) {
      const { context, page } = await person({ colorScheme, viewport });
      await writes(page, `My number is ${"0123456789".repeat(12)}`);
      await writes(page, "مرحبا، أين طلبي رقم 1042؟");
      const conversation = await until_conversation(page);
      await business("answer", {
        conversation,
        text: "Thank you.\n\n1. We look for it.\n2. We write to you here.\n\nThat takes a few minutes at most, so stay if you can.",
      });
      await writes(page, "Great 👍🏽");
      await until("four lines", async () => (await bubbles(page)).length === 4);
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      assert.equal(sideways, false, `${name} scrolls sideways`);
      await accessible(page, name);
      await picture(page, name);
      await context.close();
    }
  },

  async "Many lines are kept in reach, and new ones are announced"() {
    const { context, page } = await person({ viewport: NARROW });
    await writes(page, "Tell me everything");
    const conversation = await until_conversation(page);
    for (let number = 1; number <= 30; number += 1) {
      await business("answer", { conversation, text: `Line ${number}` });
    }
    await page.getByText("Line 30", { exact: true }).waitFor();
    await until("the end is in sight", () =>
      page.locator(".log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 5),
    );
    // The browser tells of scrolling a frame later, here never: an answer must not pull the reader back before.
    await page.locator(".log").evaluate((log) => {
      addEventListener("scroll", (event) => event.stopPropagation(), true);
      log.scrollTop = 0;
    });
    await business("answer", { conversation, text: "The last line" });
    await page.getByRole("button", { name: "New messages" }).waitFor();
    assert.equal(await page.locator(".log").evaluate((log) => log.scrollTop), 0, "the reader is not pulled back");
    await picture(page, "new-messages-narrow");
    await page.getByRole("button", { name: "New messages" }).click();
    assert.ok(await page.getByText("The last line").isVisible());
    await context.close();
  },

  async "Everything works by keyboard alone"() {
    const { context, page } = await person();
    const line = page.getByRole("textbox");
    await until("one can write at once", () => line.evaluate((field) => field === document.activeElement));
    await page.keyboard.type("Hello");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("again");
    await page.keyboard.press("Enter");
    await shows(page, ["Hello\nagain"]);
    await page.getByRole("button", { name: "More" }).focus();
    await page.keyboard.press("Enter");
    const first = page.getByRole("button", { name: "Continue by email or SMS" });
    await until("the menu has the focus", () => first.evaluate((item) => item === document.activeElement));
    await page.keyboard.press("Escape");
    await until("the menu is closed", async () => !(await first.isVisible()));
    await page.getByRole("button", { name: "More" }).focus();
    await page.keyboard.press("Enter");
    await until("the menu has the focus again", () => first.evaluate((item) => item === document.activeElement));
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await until("the dialog is closed", async () => !(await page.getByRole("dialog").isVisible()));
    await context.close();
  },

  async "The conversation goes on by mail, and comes back by code"() {
    for (const [colorScheme, viewport, suffix] of [
      ["light", WIDE, "wide-light"],
      ["dark", NARROW, "narrow-dark"],
    ]) {
      const { context, page } = await person({ colorScheme, viewport });
      await writes(page, "I have to go");
      await shows(page, ["I have to go"]);
      await page.getByRole("button", { name: "More" }).click();
      await accessible(page, "the menu");
      await picture(page, `menu-${suffix}`);
      await page.getByRole("button", { name: "Continue by email or SMS" }).click();
      await page.getByLabel("SMS").click();
      await page.getByLabel("Your phone number").fill("12");
      await page.getByRole("button", { name: "Send" }).last().click();
      await page.getByText("not a valid phone number", { exact: false }).waitFor();
      await picture(page, `continue-problem-${suffix}`);
      await page.getByLabel("Email").click();
      await page.getByLabel("Your email address").fill(`ana+${suffix}@example.com`);
      await accessible(page, "the dialog for an address");
      await picture(page, `continue-${suffix}`);
      await page.getByRole("button", { name: "Send" }).last().click();
      await page.getByLabel("Code").waitFor();
      const [sent] = await business("outbox");
      assert.equal(sent.to, `ana+${suffix}@example.com`);
      const wrong = code(sent.text) === "111111" ? "222222" : "111111";
      await page.getByLabel("Code").fill(wrong);
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.getByText("this is not the code", { exact: false }).waitFor();
      await accessible(page, "the dialog for a code");
      await picture(page, `code-${suffix}`);
      await page.getByLabel("Code").fill(code(sent.text));
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.getByText("Confirmed.").waitFor();
      await shows(page, ["I have to go"]);
      await context.close();
    }
  },

  async "A link opens the conversation in another browser, once"() {
    const { context, page } = await person();
    await writes(page, "On my computer");
    await shows(page, ["On my computer"]);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "Continue by email or SMS" }).click();
    await page.getByLabel("Your email address").fill("ben@example.com");
    await page.getByRole("button", { name: "Send" }).last().click();
    await page.getByLabel("Code").waitFor();
    const url = link((await business("outbox"))[0].text);
    const phone = await person({ viewport: NARROW });
    await phone.page.goto(url);
    await accessible(phone.page, "the page behind a link");
    await picture(phone.page, "link-narrow");
    await phone.page.getByRole("button", { name: "Continue the conversation" }).click();
    await phone.page.waitForURL("**/chat/chat");
    await shows(phone.page, ["On my computer"]);
    await writes(phone.page, "On my phone");
    await shows(phone.page, ["On my computer", "On my phone"]);
    await phone.page.goto(url);
    await phone.page.getByRole("button", { name: "Continue the conversation" }).click();
    await phone.page.getByText("used already or has expired", { exact: false }).waitFor();
    await phone.context.close();
    await context.close();
  },

  async "A new conversation starts clean, and who leaves leaves nothing"() {
    const { context, page } = await person();
    await writes(page, "The old matter");
    await shows(page, ["The old matter"]);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "Start a new conversation" }).click();
    await writes(page, "The new matter");
    await shows(page, ["The new matter"]);
    await page.reload();
    await shows(page, ["The new matter"]);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("button", { name: "Leave this chat" }).click();
    await page.getByText("You have left.").waitFor();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    assert.deepEqual(await bubbles(page), []);
    await writes(page, "Somebody else");
    await shows(page, ["Somebody else"]);
    await context.close();
  },

  async "Whoever wants it is told of an answer by their browser, until they look or want it no longer"() {
    const { context, page } = await person({ permissions: ["notifications"] }, (context) =>
      context.addInitScript(subscribesNowhere),
    );
    const asks = (path) =>
      page.waitForResponse((answer) => answer.url() === `${base}/chat/v1/${path}`).then((answer) => answer.status());
    await writes(page, "Is it here?");
    await shows(page, ["Is it here?"]);
    const tellMe = page.locator(".log").getByRole("button", { name: "Tell me here when there is an answer" });
    await tellMe.waitFor();
    await accessible(page, "the chat that offers to tell");
    await picture(page, "tell-me-wide");
    const subscribed = asks("push");
    await tellMe.click();
    assert.equal(await subscribed, 204);
    await page.getByText("This browser tells you when there is an answer").waitFor();
    assert.equal(await tellMe.isVisible(), false);

    // The page is closed; another one of the server sees what the browser shows.
    const conversation = await conversationOf(page);
    const other = await context.newPage();
    await other.goto(`${base}/chat/resume/none`);
    await page.goto("about:blank");
    const push = await pusher(other);
    const told = { title: "Chat with Example Shop", tag: conversation, url: `${base}/chat/chat`, language: "en" };
    await push({ ...told, body: "It is here." });
    const shown = (body, silent) => [{ title: told.title, body, lang: "en", dir: "auto", silent }];
    await until("the answer is shown", async () => (await news(other)).length === 1);
    assert.deepEqual(await news(other), shown("It is here.", false));
    await push({ ...told, body: "Come and get it." });
    await until("the next one takes its place", async () => (await news(other))[0]?.body === "Come and get it.");
    assert.equal((await news(other)).length, 1);

    // Whoever looks has read it. What the browser gave up meanwhile (ours forgets with its page) is made again.
    await business("answer", { conversation, text: "Come and get it." });
    const again = asks("push");
    await page.goto(`${base}/chat/chat`);
    assert.equal(await again, 204);
    await page.bringToFront();
    await shows(page, ["Is it here?", "Come and get it."]);
    await until("what was read is no news", async () => (await news(other)).length === 0);
    await push({ ...told, body: "Are you there?" });
    await until("it is shown quietly beside the open chat", async () => (await news(other)).length === 1);
    assert.deepEqual(await news(other), shown("Are you there?", true));

    await page.getByRole("button", { name: "More" }).click();
    await accessible(page, "the menu of a browser that tells");
    const stopped = asks("push/stop");
    await page.getByRole("button", { name: "Do not tell me of answers any more" }).click();
    assert.equal(await stopped, 204);
    await until("and nothing is shown", async () => (await news(other)).length === 0);
    await page.getByText("does not tell you of answers any more").waitFor();
    await context.close();
  },

  async "A page that is asked to move less does not move"() {
    const { context, page } = await person({ reducedMotion: "reduce" });
    await writes(page, "Hello");
    const conversation = await until_conversation(page);
    await business("typing", { conversation });
    const typing = page.locator(".typing");
    await typing.waitFor();
    assert.equal(await typing.evaluate((one) => getComputedStyle(one).animationName), "none");
    await context.close();
  },
};

/** The conversation, once the first message is stored. */
async function until_conversation(page) {
  await until("a message is stored", async () => (await bubbles(page)).length > 0);
  return conversationOf(page);
}

let failed = 0;
for (const [title, tell] of Object.entries(story)) {
  if (!title.includes(process.env.STORY_ONLY ?? "")) continue;
  try {
    await tell();
    assert.deepEqual(complaints.splice(0), []);
    console.log(`ok: ${title}`);
  } catch (error) {
    failed += 1;
    const open = browser.contexts().flatMap((context) => context.pages());
    await Promise.all(open.map((page, number) => picture(page, `failed-${failed}-${number}`)));
    complaints.length = 0;
    console.error(`FAILED: ${title}\n${error.stack}`);
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}
await browser.close();
process.exitCode = failed === 0 ? 0 : 1;
