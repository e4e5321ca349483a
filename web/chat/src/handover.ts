// The dialog in which a conversation goes on by mail or text message.

import { type Api, type Outlet, Problem, type Welcome } from "./api.ts";
import { button, el } from "./dom.ts";

const OUTLETS: Record<
  Outlet,
  { name: string; label: string; type: string; complete: string; example: string }
> = {
  email: {
    name: "Email",
    label: "Your email address",
    type: "email",
    complete: "email",
    example: "name@example.com",
  },
  sms: {
    name: "SMS",
    label: "Your phone number, with country code",
    type: "tel",
    complete: "tel",
    example: "+49 151 12345678",
  },
};

export class Handover {
  readonly element = el("dialog", { "aria-labelledby": "handover-title" });

  constructor(
    private readonly api: Api,
    private readonly outlets: Outlet[],
    private readonly proven: (welcome: Welcome) => void,
  ) {}

  open(): void {
    this.askAddress(this.outlets[0] ?? "email", "");
    this.element.showModal();
  }

  private askAddress(outlet: Outlet, typed: string): void {
    const about = OUTLETS[outlet];
    const address = el("input", {
      id: "address",
      type: about.type,
      autocomplete: about.complete,
      placeholder: about.example,
      required: true,
      "aria-describedby": "handover-problem",
    });
    address.value = typed;
    const form = this.form("Continue elsewhere", [
      el("p", {}, "We send you a message. Reply to it, and the conversation goes on there."),
      ...this.choice(outlet, () => address.value),
      el("label", { for: "address" }, about.label),
      address,
    ]);
    form.onSend("Send", async () => {
      await this.api.come();
      const asked = { channel: outlet, address: address.value };
      const answer = await this.api.post<{ address: string }>("continue", asked);
      this.askCode(outlet, answer.address);
    });
    address.focus();
  }

  private choice(chosen: Outlet, typed: () => string): HTMLElement[] {
    if (this.outlets.length < 2) return [];
    const options = this.outlets.map((outlet) => {
      const radio = el("input", {
        type: "radio",
        name: "outlet",
        value: outlet,
        checked: outlet === chosen,
      });
      radio.addEventListener("change", () => {
        this.askAddress(outlet, typed());
        this.element.querySelector<HTMLInputElement>("input:checked")?.focus();
      });
      return el("label", { class: "option" }, radio, ` ${OUTLETS[outlet].name}`);
    });
    return [el("fieldset", {}, el("legend", {}, "Where"), ...options)];
  }

  private askCode(outlet: Outlet, address: string): void {
    const code = el("input", {
      id: "code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      pattern: "[0-9 ]{6,8}",
      maxlength: "8",
      required: true,
      "aria-describedby": "handover-problem",
    });
    const form = this.form("Look at your messages", [
      el(
        "p",
        {},
        "If ",
        el("bdi", { class: "address" }, address),
        " is yours, a message is on its way. Reply to it to go on there.",
      ),
      el(
        "p",
        {},
        "To stay here and see all you have written to us, type the code from that message.",
      ),
      el("label", { for: "code" }, "Code"),
      code,
    ]);
    form.back.textContent = "Another address";
    form.back.onclick = () => this.askAddress(outlet, address);
    form.onSend("Confirm", async () => {
      const proof = { channel: outlet, address, code: code.value };
      const welcome = this.api.welcome(await this.api.post<Welcome>("codes/verify", proof));
      this.element.close();
      this.proven(welcome);
    });
    code.focus();
  }

  private form(title: string, content: HTMLElement[]) {
    const problem = el("p", { id: "handover-problem", class: "problem", role: "alert" });
    const send = el("button", { type: "submit", class: "main" });
    const close = button("Close", "plain", () => this.element.close());
    const back = button("", "plain", () => undefined);
    const form = el(
      "form",
      {},
      el("h2", { id: "handover-title" }, title),
      ...content,
      problem,
      el("div", { class: "actions" }, close, back, send),
    );
    this.element.replaceChildren(form);
    const onSend = (label: string, act: () => Promise<void>) => {
      send.textContent = label;
      back.hidden = back.textContent === "";
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        send.disabled = true;
        problem.textContent = "";
        try {
          await act();
        } catch (error) {
          problem.textContent = error instanceof Problem ? error.message : String(error);
          form.querySelector<HTMLInputElement>("input[required]")?.focus();
        }
        send.disabled = false;
      });
    };
    return { back, onSend };
  }
}
