// Pictures of the main screens, for the documents: a visit to the demo shop, light and dark.
import { readFile } from "node:fs/promises";
import { base, launch, picture, theDemo } from "./browser.mjs";

const PAGE = { width: 900, height: 700 };
const PHONE = { width: 390, height: 780 };
const DESK = { width: 1400, height: 900 };

const { outside, password } = await theDemo();
const token = (await readFile(process.env.STORY_TOKEN_FILE, "utf8")).trim();

/** The business answers, by its API. */
async function answer(conversation, body) {
  const answered = await fetch(`${base}/api/v1/conversations/${conversation}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answered.ok) throw new Error(await answered.text());
}

const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  const visit = async (viewport, url) => {
    const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB", reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const chat = await visit(PAGE, `${base}/chat/shop-chat`);
  await chat.getByLabel("Your message").waitFor();
  await picture(chat, `chat-${colorScheme}`);

  const pretend = await visit(PAGE, `${outside}/`);
  await picture(pretend, `pretend-${colorScheme}`);

  const shop = await visit(PAGE, `${outside}/shop`);
  await shop.getByRole("button", { name: "Open chat" }).waitFor();
  await picture(shop, `widget-button-${colorScheme}`);
  await converse(shop, `widget-${colorScheme}`);
  const phone = await visit(PHONE, `${outside}/shop`);
  await converse(phone, `widget-phone-${colorScheme}`);

  const desk = await visit(DESK, `${base}/desk`);
  await desk.getByLabel(/Email/).fill("ana@lumen-home.example");
  await desk.getByLabel(/Password/).fill(password);
  await desk.keyboard.press("Enter");
  await desk.locator(".inbox").waitFor();
  await desk.waitForLoadState("networkidle").catch(() => undefined);
  await picture(desk, `desk-${colorScheme}`);
  await desk.locator(".row").first().click();
  await desk.locator(".timeline .bubble").first().waitFor();
  await desk.locator(".customer .address").first().waitFor();
  await picture(desk, `desk-conversation-${colorScheme}`);
  await desk.goto(`${base}/desk/settings/members`);
  await desk.locator(".settings-page tbody tr").first().waitFor();
  await picture(desk, `desk-settings-${colorScheme}`);
  for (const [page, name] of [
    ["board", "board"],
    ["settings/policies/business", "policies"],
    ["settings/procedures/return_item", "procedures"],
    ["settings/routing", "routing"],
    ["settings/endpoints/shop-chat", "widget-settings"],
  ]) {
    await desk.goto(`${base}/desk/${page}`);
    await desk.locator("main h1").first().waitFor();
    await desk.waitForLoadState("networkidle").catch(() => undefined);
    await picture(desk, `desk-${name}-${colorScheme}`);
  }
  await desk.setViewportSize(PHONE);
  await desk.goto(`${base}/desk`);
  await desk.locator(".row").first().waitFor();
  await picture(desk, `desk-phone-${colorScheme}`);
  await Promise.all(browser.contexts().map((context) => context.close()));
}
await browser.close();

/** A customer asks in the shop, and is asked back. */
async function converse(page, name) {
  await page.getByRole("button", { name: "Open chat" }).click();
  const frame = page.frameLocator("#throughline-widget iframe");
  await frame.getByLabel("Your message").fill("Does Aurora fit on a narrow shelf?");
  await frame.getByLabel("Your message").press("Enter");
  await frame.getByText("· Sent").waitFor();
  const inside = page.frames().find((one) => one.url().startsWith(`${base}/widget/`));
  const conversation = await inside.evaluate(async () => {
    const mine = localStorage.getItem("throughline.chat.shop-chat.token");
    const me = await fetch("/chat/v1/me", { headers: { authorization: `Bearer ${mine}` } });
    return (await me.json()).conversation.id;
  });
  await answer(conversation, {
    text: "It does: its foot is 12 cm wide. Which room is it for?",
    prompt: {
      choices: [
        { name: "living_room", label: "Living room" },
        { name: "bedroom", label: "Bedroom" },
        { name: "office", label: "Office" },
      ],
    },
  });
  await frame.getByRole("button", { name: "Bedroom" }).waitFor();
  await picture(page, name);
}
