// Where messages are written.

import { type Api, type ChatFile, Problem } from "./api.ts";
import { button, el } from "./dom.ts";
import { size } from "./log.ts";

const TYPING_EVERY_MS = 4_000;

/** What the composer hands on. */
export interface Author {
  send(text: string, files: ChatFile[]): void;
  typing(typing: boolean): void;
  problem(text: string): void;
}

/** A file on its way. */
interface Upload {
  name: string;
  element: HTMLLIElement;
  done: ChatFile | null;
}

export class Composer {
  readonly element = el("form", { class: "composer" });
  private readonly text = el("textarea", {
    id: "text",
    rows: "1",
    maxlength: "20000",
    placeholder: "Write a message",
    dir: "auto",
    enterkeyhint: "send",
  });
  private readonly chosen = el("input", { type: "file", multiple: true, hidden: true });
  private readonly list = el("ul", { class: "uploads", "aria-label": "Files to send" });
  private uploads: Upload[] = [];
  private toldTypingAt = 0;
  private restTimer = 0;

  constructor(
    private readonly api: Api,
    private readonly author: Author,
    private readonly mostBytes: number,
  ) {
    const attach = button("", "round", () => this.chosen.click());
    attach.setAttribute("aria-label", "Attach files");
    attach.append(
      icon(
        "M21 12.5 12.5 21a5.7 5.7 0 0 1-8-8L13 4.5a3.8 3.8 0 0 1 5.4 5.4L10 18.3a1.9 1.9 0 0 1-2.7-2.7L15 8",
      ),
    );
    const send = el("button", { type: "submit", class: "round send", "aria-label": "Send" });
    send.append(icon("M4 12 20 4l-5 16-3.5-6.5z"));
    this.element.append(
      this.list,
      el("label", { for: "text", class: "hidden" }, "Your message"),
      el("div", { class: "row" }, attach, this.chosen, this.text, send),
    );
    this.listen();
  }

  focus(): void {
    this.text.focus();
  }

  private listen(): void {
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("keydown", (event) => {
      // While a script is being composed, Enter chooses a word.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.text.addEventListener("input", () => {
      this.grow();
      this.tellTyping();
    });
    this.text.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) {
        event.preventDefault();
        this.add(files);
      }
    });
    this.chosen.addEventListener("change", () => {
      this.add([...(this.chosen.files ?? [])]);
      this.chosen.value = "";
    });
  }

  /** Files dropped somewhere on the page. */
  add(files: File[]): void {
    for (const file of files) {
      if (file.size > this.mostBytes) {
        this.author.problem(`${file.name} is larger than ${size(this.mostBytes)}.`);
      } else {
        void this.upload(file);
      }
    }
    this.focus();
  }

  private async upload(file: File): Promise<void> {
    const name = file.name || "picture.png";
    const state = el("span", { class: "note" }, "uploading …");
    const element = el("li", {}, el("bdi", {}, name), " ", state);
    const upload: Upload = { name, element, done: null };
    const remove = button("×", "remove", () => this.remove(upload));
    remove.setAttribute("aria-label", `Remove ${name}`);
    element.append(remove);
    this.uploads.push(upload);
    this.list.append(element);
    try {
      await this.api.come();
      upload.done = await this.api.upload(file);
      state.textContent = size(file.size);
    } catch (error) {
      this.remove(upload);
      const why = error instanceof Problem ? error.message : "Try again.";
      this.author.problem(`${name} was not sent. ${why}`);
    }
  }

  private remove(upload: Upload): void {
    this.uploads = this.uploads.filter((one) => one !== upload);
    upload.element.remove();
  }

  private submit(): void {
    const text = this.text.value.trim();
    if (this.uploads.some((upload) => upload.done === null)) {
      this.author.problem("A file is still on its way; send when it is there.");
      return;
    }
    const files = this.uploads.flatMap((upload) => upload.done ?? []);
    if (text === "" && files.length === 0) {
      this.focus();
      return;
    }
    this.text.value = "";
    this.uploads = [];
    this.list.replaceChildren();
    this.grow();
    this.rest();
    this.author.send(text, files);
    this.focus();
  }

  private grow(): void {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 160)}px`;
  }

  private tellTyping(): void {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.rest(), TYPING_EVERY_MS);
    if (Date.now() - this.toldTypingAt > TYPING_EVERY_MS) {
      this.toldTypingAt = Date.now();
      this.author.typing(true);
    }
  }

  private rest(): void {
    clearTimeout(this.restTimer);
    if (this.toldTypingAt > 0) {
      this.toldTypingAt = 0;
      this.author.typing(false);
    }
  }
}

function icon(path: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
