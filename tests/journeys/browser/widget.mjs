// The chat on a page of somebody else: one script tag under a strict policy, and everything behind it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { accessible, base, business, launch, paint, picture, until } from "./browser.mjs";

const host = process.env.STORY_HOST;
const WIDE = { width: 1100, height: 760 };
const NARROW = { width: 390, height: 780 };
/** When the shop opens, in seconds since 1970. */
const OPENING = 1_772_355_600;

const browser = await launch();
const complaints = [];

/** A browser profile of its own, on a page of the shop. */
async function person({ place = "en/chat/lamps", ...options } = {}) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  watch(page);
  const requests = [];
  page.on("request", (request) => requests.push(request.url().replace(base, "")));
  await page.goto(`${host}/${place}`);
  return { context, page, requests, frame: page.frameLocator("#throughline-widget iframe") };
}

function watch(page) {
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted|integrity/i.test(message.text())) complaints.push(message.text());
  });
}

const opens = (page) => page.getByRole("button", { name: "Open chat" }).click();

async function writes(frame, text) {
  await frame.getByLabel("Your message").fill(text);
  await frame.getByLabel("Your message").press("Enter");
}

const bubbles = (frame) =>
  frame.locator(".lines:not(.pending) .bubble > p").evaluateAll((all) => all.map((one) => one.textContent));

async function shows(frame, texts) {
  let shown = [];
  await until(
    `the chat shows ${JSON.stringify(texts)}`,
    async () => {
      shown = await bubbles(frame);
      return JSON.stringify(shown) === JSON.stringify(texts);
    },
  ).catch((error) => {
    throw new Error(`${error.message}; it shows ${JSON.stringify(shown)}`);
  });
}

/** The chat's own page in the frame, as a page to be asked. */
const inside = (page) => page.frames().find((one) => one.url().startsWith(`${base}/widget/`));

async function conversationOf(page, endpoint = "chat") {
  let id;
  await until("there is a conversation", async () => {
    id = await inside(page).evaluate(async (name) => {
      const token = localStorage.getItem(`throughline.chat.${name}.token`);
      if (!token) return undefined;
      const answer = await fetch("/chat/v1/me", { headers: { authorization: `Bearer ${token}` } });
      return (await answer.json()).conversation?.id;
    }, endpoint);
    return id !== undefined;
  });
  return id;
}

const heard = (page, event) =>
  page.evaluate((name) => window.heard.filter((one) => one.event === name), event);

/** A token with which the shop vouches for a customer. */
function vouched(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  // The shop's clock stands nearly still.
  const now = OPENING;
  const body = `${part({ alg: "HS256", typ: "JWT" })}.${part({ aud: "chat", iat: now, exp: now + 3600, ...claims })}`;
  return `${body}.${createHmac("sha256", process.env.STORY_SECRET).update(body).digest("base64url")}`;
}

const story = {
  async "Before the first click the page has a button, and next to nothing is loaded"() {
    const { context, page, requests } = await person();
    await page.getByRole("button", { name: "Open chat" }).waitFor();
    const ours = requests.filter((url) => !url.startsWith("http"));
    assert.equal(ours.length, 2, ours.join("\n"));
    assert.match(ours[0], /^\/widget\/[0-9a-f]{16}\.js$/);
    assert.match(ours[1], /^\/chat\/v1\/settings\/chat\?/);
    assert.equal(await page.locator("iframe").count(), 0);
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    await page.getByRole("button", { name: "Questions about sizes? We are here." }).waitFor();
    await accessible(page, "a page with the button and an invitation");
    await picture(page, "button-wide");
    await page.getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await page.getByText("Questions about sizes?").count(), 0);
    await page.reload();
    await page.getByRole("button", { name: "Open chat" }).waitFor();
    await page.waitForTimeout(1_500);
    assert.equal(await page.getByText("Questions about sizes?").count(), 0, "who declined is not asked again");
    await context.close();
  },

  async "A customer writes, is answered, and goes on on the next page"() {
    for (const [colorScheme, viewport, name] of [
      ["light", WIDE, "light"],
      ["dark", WIDE, "dark"],
      ["light", NARROW, "narrow-light"],
      ["dark", NARROW, "narrow-dark"],
    ]) {
      const { context, page, frame } = await person({ colorScheme, viewport });
      await opens(page);
      await frame.getByText("Hello! How can we help?").waitFor();
      await accessible(page, `the empty chat, ${name}`);
      await writes(frame, "Does Aurora fit into a small room?");
      await shows(frame, ["Does Aurora fit into a small room?"]);
      const conversation = await conversationOf(page);
      await business("typing", { conversation });
      await frame.getByText("Mia is writing …").waitFor();
      await business("answer", { conversation, text: "It does: it needs 20 cm. See https://shop.example/aurora." });
      await shows(frame, ["Does Aurora fit into a small room?", "It does: it needs 20 cm. See https://shop.example/aurora."]);
      await frame.getByText("· Read").waitFor();
      assert.equal(
        await frame.getByRole("link", { name: "https://shop.example/aurora" }).getAttribute("href"),
        "https://shop.example/aurora",
      );
      await accessible(page, `a chat, ${name}`);
      await picture(page, `widget-${name}`);
      await frame.getByRole("button", { name: "Close" }).click();
      await business("answer", { conversation, text: "Anything else?" });
      await page.getByText("New messages: 1").waitFor({ state: "attached" });
      assert.equal(await page.locator("#throughline-widget .badge").textContent(), "1");
      await accessible(page, `a page with an unread answer, ${name}`);
      await page.getByRole("link", { name: "Another page" }).click();
      await page.waitForURL("**/other");
      await until("the answer is still unread", async () =>
        (await page.locator("#throughline-widget .badge").textContent()) === "1");
      await opens(page);
      await shows(frame, ["Does Aurora fit into a small room?", "It does: it needs 20 cm. See https://shop.example/aurora.", "Anything else?"]);
      await until("nothing is unread", async () =>
        !(await page.locator("#throughline-widget .badge").isVisible()) && (await heard(page, "unread")).at(-1).count === 0);
      await context.close();
    }
  },

  async "Ten minutes without a connection lose nothing and repeat nothing"() {
    const { context, page, frame } = await person();
    await opens(page);
    await writes(frame, "one");
    await shows(frame, ["one"]);
    const conversation = await conversationOf(page);
    await page.clock.install();
    await context.setOffline(true);
    await writes(frame, "two");
    await writes(frame, "three");
    await page.clock.runFor(60_000);
    await frame.getByText("No connection.").waitFor();
    await picture(page, "offline");
    await accessible(page, "the chat without a connection");
    await business("answer", { conversation, text: "four" });
    await page.clock.runFor(9 * 60_000);
    assert.equal(await frame.locator(".pending li").count(), 2);
    await context.setOffline(false);
    await page.clock.runFor(30_000);
    await until("all is there", async () => (await bubbles(frame)).length === 4);
    assert.equal(await frame.locator(".pending li").count(), 0);
    assert.deepEqual((await bubbles(frame)).sort(), ["four", "one", "three", "two"]);
    const stored = await business("texts", { conversation });
    assert.deepEqual(stored, ["one", "four", "two", "three"]);
    await context.close();
  },

  async "What was not sent when the page was left is sent from the next one"() {
    const { context, page, frame } = await person();
    await opens(page);
    await writes(frame, "first");
    await shows(frame, ["first"]);
    await page.route("**/chat/v1/messages", (route) => route.abort("connectionreset"));
    await writes(frame, "second");
    await frame.locator(".pending li").waitFor();
    await page.goto(`${host}/en/chat/checkout`);
    await page.unroute("**/chat/v1/messages");
    await shows(frame, ["first", "second"]);
    await context.close();
  },

  async "Another device goes on by a link that works once"() {
    const { context, page, frame } = await person();
    await opens(page);
    await writes(frame, "On my computer");
    await shows(frame, ["On my computer"]);
    await frame.getByRole("button", { name: "More" }).click();
    await frame.getByRole("button", { name: "Continue on another device" }).click();
    await frame.getByRole("img", { name: "QR code of the link" }).waitFor();
    await accessible(page, "the dialog with a QR code");
    await picture(page, "device");
    const url = await frame.getByRole("textbox", { name: "The link" }).inputValue();
    const mail = await frame.getByRole("link", { name: "Send by email" }).getAttribute("href");
    assert.ok(decodeURIComponent(mail).endsWith(url), mail);
    const phone = await browser.newContext({ viewport: NARROW });
    const there = await phone.newPage();
    watch(there);
    await there.goto(url);
    await there.getByRole("button", { name: "Continue the conversation" }).click();
    await there.waitForURL("**/chat/chat");
    await shows(there, ["On my computer"]);
    await writes(there, "On my phone");
    await shows(there, ["On my computer", "On my phone"]);
    await business("answer", { conversation: await conversationOf(page), text: "Seen on both?" });
    await shows(there, ["On my computer", "On my phone", "Seen on both?"]);
    await phone.close();
    await context.close();
  },

  async "Choices and forms are answered, once, and become facts"() {
    const { context, page, frame } = await person();
    await opens(page);
    await writes(frame, "I want to return something");
    const conversation = await conversationOf(page);
    await business("answer", {
      conversation,
      text: "What is it about?",
      prompt: { choices: [{ name: "broken", label: "It is broken" }, { name: "size", label: "It does not fit" }] },
    });
    await accessible(page, "a chat with choices");
    await frame.getByRole("button", { name: "It is broken" }).click();
    await shows(frame, ["I want to return something", "What is it about?", "It is broken"]);
    assert.equal(await frame.getByRole("button", { name: "It does not fit" }).count(), 0);
    await business("answer", {
      conversation,
      text: "Tell us a little more.",
      prompt: {
        fields: [
          { name: "order_number", label: "Order number", kind: "number", required: true },
          { name: "bought", label: "Where", kind: "choice", choices: [{ name: "web", label: "On the web" }] },
          { name: "damage", label: "What is broken?", kind: "long_text" },
        ],
      },
    });
    await frame.getByLabel("Order number").fill("1042");
    await frame.getByLabel("Where").selectOption("web");
    await frame.getByLabel("What is broken?").fill("The shade");
    await accessible(page, "a chat with a form");
    await picture(page, "form");
    await frame.getByRole("button", { name: "Send answers" }).click();
    const filled = "Order number: 1042\nWhere: On the web\nWhat is broken?: The shade";
    await until("the form is answered", async () => (await bubbles(frame)).at(-1) === filled);
    assert.deepEqual(await business("facts", { conversation }), {
      bought: "web",
      damage: "The shade",
      order_number: "1042",
    });
    await page.reload();
    await until("the form stays answered", async () => (await bubbles(frame)).length === 5);
    assert.equal(await frame.getByRole("button", { name: "Send answers" }).count(), 0);
    await context.close();
  },

  async "Files are dropped, pasted and picked; an emoji is picked by keys"() {
    const { context, page, frame } = await person();
    // Both files are there before the server has said who this visitor is.
    let greet;
    const greeted = new Promise((done) => {
      greet = done;
    });
    await page.route("**/chat/v1/visitors", (route) => greeted.then(() => route.continue()));
    await opens(page);
    const png = (await paint(page)).toString("base64");
    for (const kind of ["drop", "paste"]) {
      const target = frame.locator(kind === "drop" ? "main" : "#text");
      await target.evaluate(
        (element, { kind, png }) => {
          const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], `${kind}.png`, { type: "image/png" }));
          const event =
            kind === "drop"
              ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
              : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          element.dispatchEvent(event);
        },
        { kind, png },
      );
      await frame.locator(".uploads").getByText(`${kind}.png`).waitFor();
    }
    greet();
    await until("both are there", async () => (await frame.getByText("uploading …").count()) === 0);
    await frame.getByRole("button", { name: "Insert emoji" }).click();
    await frame.getByRole("group", { name: "Emoji" }).waitFor();
    await accessible(page, "the emoji");
    await picture(page, "emoji");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await frame.getByRole("button", { name: "Send" }).click();
    await frame.getByRole("img", { name: "drop.png" }).waitFor();
    await frame.getByRole("img", { name: "paste.png" }).waitFor();
    await shows(frame, ["😄"]);
    await context.close();
  },

  async "Who was served says how, and may change their mind"() {
    const { context, page, frame } = await person();
    await opens(page);
    await writes(frame, "Thank you, that is all");
    const conversation = await conversationOf(page);
    await business("resolve", { conversation });
    await frame.getByText("How did we do?").waitFor();
    await frame.getByRole("radio", { name: "Good", exact: true }).check({ force: true });
    await frame.getByLabel("Anything to add?").fill("Quick!");
    await accessible(page, "the question how it was");
    await picture(page, "rating");
    await frame.getByRole("button", { name: "Send rating" }).click();
    await frame.getByText("Thank you for your rating: Good.").waitFor();
    const first = await business("rating", { conversation });
    assert.deepEqual([first.score, first.comment], [4, "Quick!"]);
    await frame.getByRole("button", { name: "Change it" }).click();
    await frame.getByRole("radio", { name: "Very good" }).check({ force: true });
    await frame.getByRole("button", { name: "Send rating" }).click();
    await frame.getByText("Thank you for your rating: Very good.").waitFor();
    assert.equal((await business("rating", { conversation })).score, 5);
    await page.reload();
    await frame.getByText("Thank you for your rating: Very good.").waitFor();
    await context.close();
  },

  async "An article answers before anybody has to"() {
    await business("publish", {
      slug: "return-an-item",
      title: "Return an item",
      body: "Send it back within 30 days.\n\n## Label\n\nPrint the return label from your order. <script>alert(1)</script>",
    });
    const { context, page, frame } = await person();
    await opens(page);
    await frame.getByLabel("Search our help").fill("return label");
    await frame.getByRole("button", { name: "Search" }).click();
    await frame.getByRole("button", { name: /Return an item/ }).click();
    await frame.getByRole("heading", { name: "Return an item" }).waitFor();
    assert.equal(await frame.locator(".article script").count(), 0);
    await accessible(page, "an article");
    await picture(page, "article");
    await frame.getByRole("button", { name: "Back to the chat" }).click();
    await writes(frame, "Where is the label?");
    await shows(frame, ["Where is the label?"]);
    await context.close();
  },

  async "When nobody is there the chat says until when, and asks how to answer"() {
    const { context, page, frame } = await person({ place: "en/closed/lamps" });
    await opens(page);
    await frame.getByText(/We are away until Monday/).waitFor();
    await frame.getByLabel("Your message").fill("Is anybody there?");
    await frame.getByLabel("Your message").press("Enter");
    assert.deepEqual(await bubbles(frame), [], "what is required comes first");
    await frame.getByLabel("Your name").fill("Ben");
    await frame.getByLabel("Order number").fill("1042");
    await frame.getByLabel("Your email address").fill("ben@example.com");
    await accessible(page, "a chat out of hours");
    await picture(page, "closed");
    await frame.getByLabel("Your message").press("Enter");
    await shows(frame, ["Is anybody there?"]);
    const conversation = await conversationOf(page, "closed");
    assert.deepEqual(await business("facts", { conversation }), { order_number: "1042" });
    await context.close();
  },

  async "Somebody who is logged in at the shop is known, and nobody after them"() {
    const { context, page, frame } = await person();
    await page.evaluate((token) => window.throughline("identify", token), vouched({ sub: "ana-1", name: "Ana" }));
    await opens(page);
    await until("the shop's word counts", async () => (await heard(page, "identified")).length > 0);
    assert.equal((await heard(page, "identified"))[0].error, null);
    await writes(frame, "It is me");
    await shows(frame, ["It is me"]);
    const elsewhere = await person({ viewport: NARROW });
    await elsewhere.page.evaluate((token) => window.throughline("identify", token), vouched({ sub: "ana-1", name: "Ana" }));
    await opens(elsewhere.page);
    await shows(elsewhere.frame, ["It is me"]);
    await elsewhere.context.close();
    await page.evaluate(() => window.throughline("identify", "not.a.token"));
    await until("a wrong token is refused", async () => Boolean((await heard(page, "identified")).at(-1).error));
    await page.evaluate(() => window.throughline("reset"));
    await page.getByRole("button", { name: "Open chat" }).waitFor();
    await until("the browser has forgotten", () =>
      inside(page).evaluate(() => localStorage.getItem("throughline.chat.chat.token") === null));
    await opens(page);
    assert.deepEqual(await bubbles(frame), []);
    await context.close();
  },

  async "Lines run from right to left where people read so"() {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page, frame } = await person({ place: "ar/chat/lamps", colorScheme });
      const button = page.getByRole("button", { name: "فتح الدردشة" });
      await button.waitFor();
      const box = await button.boundingBox();
      assert.ok(box.x < WIDE.width / 2, "the button is where lines end");
      await button.click();
      await frame.getByText("مرحبًا! كيف نساعدك؟").waitFor();
      assert.equal(await frame.locator("html").getAttribute("dir"), "rtl");
      await frame.getByLabel("رسالتك").fill("أين طلبي 1042؟");
      await frame.getByLabel("رسالتك").press("Enter");
      await shows(frame, ["أين طلبي 1042؟"]);
      await business("answer", { conversation: await conversationOf(page), text: "يصل غدًا." });
      await shows(frame, ["أين طلبي 1042؟", "يصل غدًا."]);
      await accessible(page, `the chat in Arabic, ${colorScheme}`);
      await picture(page, `arabic-${colorScheme}`);
      await context.close();
    }
  },

  async "Everything works by keyboard alone, and the focus goes where it belongs"() {
    for (const viewport of [WIDE, NARROW]) {
      const { context, page, frame } = await person({ viewport });
      await page.getByRole("button", { name: "Open chat" }).focus();
      await page.keyboard.press("Enter");
      const text = frame.getByLabel("Your message");
      await until("the composer has the focus", () => text.evaluate((one) => one === document.activeElement));
      await page.keyboard.type("Hello");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.type("again");
      await page.keyboard.press("Enter");
      await shows(frame, ["Hello\nagain"]);
      if (viewport === NARROW) {
        // All of the page is covered: Tab goes round in the chat.
        for (let times = 0; times < 20; times += 1) await page.keyboard.press("Tab");
        const kept = await page.evaluate(() => document.activeElement?.id === "throughline-widget");
        assert.ok(kept, "the focus left a chat that covers everything");
      }
      await text.focus();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Open chat" }).waitFor();
      const back = await page.evaluate(
        () => document.querySelector("#throughline-widget").shadowRoot.activeElement?.className,
      );
      assert.equal(back, "launcher");
      await page.keyboard.press("Enter");
      await shows(frame, ["Hello\nagain"]);
      await context.close();
    }
  },

  async "Pages that were not allowed cannot show the chat"() {
    const context = await browser.newContext({ viewport: WIDE });
    const page = await context.newPage();
    await page.route("http://elsewhere.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><title>Elsewhere</title><iframe src="${base}/widget/chat"></iframe>`,
      }),
    );
    await page.goto("http://elsewhere.example/");
    await until("the browser has refused", async () => page.frames().length === 2);
    assert.equal(await page.frameLocator("iframe").getByLabel("Your message").count(), 0);
    const refused = await fetch(`${base}/chat/v1/settings/chat`, { headers: { origin: "http://elsewhere.example" } });
    assert.equal(refused.status, 403);
    await context.close();
  },

  async "A page that is asked to move less does not move"() {
    const { context, page } = await person({ reducedMotion: "reduce" });
    await opens(page);
    const panel = page.locator("#throughline-widget .panel");
    await panel.waitFor();
    assert.equal(await panel.evaluate((one) => getComputedStyle(one).animationName), "none");
    await context.close();
  },
};

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
    const said = complaints.splice(0).join("\n");
    console.error(`FAILED: ${title}\n${error.stack}\n${said}`);
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}
await browser.close();
process.exitCode = failed === 0 ? 0 : 1;
