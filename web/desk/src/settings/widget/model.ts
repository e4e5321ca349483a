// How a chat looks and behaves, as the API has it and as the form does, and what the server finds wrong with it.

import { Problem } from "../../model/api.ts";
import { language as ours, told } from "../../words.ts";
import { hoursFrom, hoursText, type Hours, type Wrong } from "../routing/model.ts";
import { r } from "../routing/words.ts";

/** The languages the chat speaks. */
export const LANGUAGES = ["en", "de", "es", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];
/** What a visitor who waits for a person is told of the line. */
export const WAITING = ["place_and_time", "time", "none"] as const;
export const KINDS = ["text", "long_text", "email", "phone", "number", "date"] as const;

/** What it is called where the member works. */
export function languageName(language: Language): string {
  return new Intl.DisplayNames(ours(), { type: "language" }).of(language) ?? language;
}

export interface Texts {
  title: string | null;
  greeting: string | null;
  invitation: string | null;
}

export interface Asked {
  name: string;
  label: string | null;
  kind: (typeof KINDS)[number];
  required: boolean;
}

export interface Look extends Texts {
  title: string;
  color: string;
  position: "end" | "start";
  logo: string | null;
  language: Language;
  texts: (Texts & { language: Language })[];
  invite_after_seconds: number;
  ask: Asked[];
  hours: string[];
  closed: string[];
  time_zone: string;
  articles: boolean;
  rating: boolean;
  sounds: boolean;
  push: boolean;
  waiting: (typeof WAITING)[number];
  callback: boolean;
  callback_countries: string[];
  phone: string | null;
}

export interface Setup {
  set_in: "desk" | "configuration";
  settings: Look;
}

/** A look as it is written: every text is one, a week has seven lines, and so has each day that is closed. */
export interface Draft extends Omit<Look, "hours" | "closed" | "texts" | "callback_countries"> {
  texts: Record<Language, Texts>;
  /** Whether somebody answers at once at all times. */
  always: boolean;
  week: string[];
  closed: string;
  callback_countries: string | null;
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NO_TEXTS: Texts = { title: null, greeting: null, invitation: null };
export const MOST_ASKED = 20;
/** The chat has words of its own for these, and knows what they are. */
export const KNOWN: readonly string[] = ["name", "email"];

export function draftOf(look: Look): Draft {
  const { hours, closed, texts, callback_countries, ...rest } = look;
  const textsIn = (language: Language): Texts => {
    const { title, greeting, invitation } = texts.find((one) => one.language === language) ?? NO_TEXTS;
    return { title, greeting, invitation };
  };
  // What is said in the chat's own language comes before what is said in none.
  const own = textsIn(look.language);
  return {
    ...rest,
    title: own.title ?? look.title,
    greeting: own.greeting ?? look.greeting,
    invitation: own.invitation ?? look.invitation,
    texts: Object.fromEntries(LANGUAGES.map((one) => [one, one === look.language ? NO_TEXTS : textsIn(one)])) as Draft["texts"],
    always: hours.length === 0,
    week: weekOf(hours),
    closed: closed.join("\n"),
    callback_countries: callback_countries.join(" "),
  };
}

export function lookOf(draft: Draft): Look {
  const { always, week, closed, texts, callback_countries, ...rest } = draft;
  return {
    ...rest,
    texts: spoken(draft).map((language) => ({ language, ...texts[language] })),
    hours: always ? [] : linesOf(week).map((one) => one.line),
    closed: closedLines(closed),
    callback_countries: (callback_countries ?? "").toUpperCase().split(/[\s,]+/).filter(Boolean),
  };
}

/** The languages something is said in, beside the chat's own. */
function spoken({ language, texts }: Draft): Language[] {
  return LANGUAGES.filter((one) => one !== language && isSaid(texts[one]));
}

export function isSaid(texts: Texts): boolean {
  return Object.values(texts).some((text) => text !== null);
}

function closedLines(text: string): string[] {
  return text.split("\n").map((one) => one.trim()).filter(Boolean);
}

/** `mon-fri 09:00-17:30`, one for each stretch, as a line of hours for each day. */
function weekOf(lines: string[]): string[] {
  const week: Hours[][] = DAYS.map(() => []);
  for (const line of lines) {
    const [, first = "", last = first, hours = ""] = /^(\w+)(?:-(\w+))?\s+(.+)$/.exec(line.trim()) ?? [];
    for (let day = DAYS.indexOf(first); day >= 0 && day <= DAYS.indexOf(last); day++) week[day]?.push(...(hoursFrom(hours) ?? []));
  }
  return week.map((day) => hoursText(day.sort((one, other) => one.from_min - other.from_min)));
}

/** The other way round; days that follow each other with the same hours share their lines. */
function linesOf(week: string[]): { line: string; day: number }[] {
  const lines: { line: string; day: number }[] = [];
  const days = week.map((text) => hoursText(hoursFrom(text) ?? []));
  for (let day = 0; day < days.length; ) {
    let last = day;
    while (last + 1 < days.length && days[last + 1] === days[day]) last++;
    const named = last > day ? `${DAYS[day]}-${DAYS[last]}` : DAYS[day];
    for (const hours of hoursFrom(days[day] ?? "") ?? []) lines.push({ line: `${named} ${hoursText([hours])}`, day });
    day = last + 1;
  }
  return lines;
}

/** What cannot even be sent. */
export function unreadable(draft: Draft, noHours: string): Wrong {
  const wrong: Wrong = {};
  if (draft.always) return wrong;
  draft.week.forEach((text, day) => {
    if (!hoursFrom(text)) wrong[`day${day}`] = r("hoursUnread");
  });
  if (draft.week.every((text) => text.trim() === "")) wrong["day0"] = noHours;
  return wrong;
}

/** What the server finds wrong, by the field of the form that it stands in; what is in none of them is under "". */
export function refused(problem: unknown, draft: Draft): Wrong {
  if (!(problem instanceof Problem) || problem.problems.length === 0) return { "": told(problem) };
  const wrong: Wrong = {};
  for (const { field, detail } of problem.problems) {
    const { place, text } = placed(field, detail, draft);
    const sentence = text.charAt(0).toUpperCase() + text.slice(1);
    wrong[place] = wrong[place] ? `${wrong[place]} ${sentence}` : sentence;
  }
  return wrong;
}

function placed(field: string, detail: string, draft: Draft): { place: string; text: string } {
  const [, list = field, element = "", , key = ""] = /^(\w+)\[(.*)\](\.(\w+))?$/.exec(field) ?? [];
  switch (list) {
    case "hours":
      return { place: `day${linesOf(draft.week)[Number(element)]?.day ?? 0}`, text: r("hoursRefused") };
    case "closed":
      return { place: "closed", text: detail };
    case "texts":
      return { place: `${spoken(draft)[Number(element)]}.${key}`, text: detail };
    case "ask": {
      // The server calls a field by its name; of two with the same name the second is too many.
      const at = draft.ask.map((one) => one.name).lastIndexOf(element);
      return { place: at < 0 ? "ask" : `ask${at}.${key}`, text: detail };
    }
    default:
      return { place: list in draft ? list : "", text: list in draft ? detail : `${field}: ${detail}` };
  }
}

/** What the chat's page is told of a look: the same as the server tells it, in one language. */
export function seen(look: Look, language: Language, open: boolean) {
  const own = look.texts.find((one) => one.language === language);
  return {
    title: own?.title ?? look.title,
    greeting: own?.greeting ?? look.greeting,
    invitation: own?.invitation ?? look.invitation,
    color: shown(look.color),
    logo: look.logo,
    // A label that is still missing is not taken for one the chat has words for.
    ask: look.ask.map(({ name, label, kind, required }) => ({ name, label: label ?? (KNOWN.includes(name) ? "" : name), kind: name === "email" ? "email" : kind, required })),
    open,
    opens_at: null,
    articles: look.articles,
    phone: look.phone,
  };
}

/** A colour that is still being written is not shown yet. */
export function shown(color: string): string {
  return /^#[0-9a-f]{6}$/i.test(color) ? color : "#1f5fbf";
}
