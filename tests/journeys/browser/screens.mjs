// Pictures of the main screens, for the documents: a visit to the demo shop, light and dark.
import { base, enterTheDemo, launch, picture, theDemo } from "./browser.mjs";

const PAGE = { width: 900, height: 700 };
const PHONE = { width: 390, height: 780 };
const DESK = { width: 1400, height: 900 };

const { outside, password } = await theDemo();

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
  await enterTheDemo(desk, "admin", password);
  await desk.waitForLoadState("networkidle").catch(() => undefined);
  await picture(desk, `desk-${colorScheme}`);
  await desk.locator(".row", { hasText: "Espresso machine" }).first().click();
  await desk.locator(".timeline .bubble").first().waitFor();
  await desk.locator(".customer .address").first().waitFor();
  await picture(desk, `desk-conversation-${colorScheme}`);
  await desk.goto(`${base}/desk/settings/members`);
  await desk.locator(".settings-page tbody tr").first().waitFor();
  await picture(desk, `desk-settings-${colorScheme}`);
  for (const [page, name] of [
    ["board", "board"],
    ["settings/policies/business", "policies"],
    ["settings/procedures/read/return-item", "procedures"],
    ["settings/routing", "routing"],
    ["settings/endpoints/shop-chat/looks", "widget-settings"],
  ]) {
    await desk.goto(`${base}/desk/${page}`);
    await desk.locator("#main h1").first().waitFor();
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
  await frame.getByLabel("Your message").fill("I would like to return my Aurora");
  await frame.getByLabel("Your message").press("Enter");
  await frame.getByText("Assistant").first().waitFor();
  await picture(page, name);
}
