// What this browser keeps: drafts, unsent messages, how far was read, the member's taste. Where a browser keeps
// nothing, it lasts as long as the page.

const fallback = new Map<string, string>();
const PREFIX = "throughline.desk.";

export function read<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name) ?? fallback.get(name);
    return text == null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function write(name: string, value: unknown): void {
  const text = value === null || value === undefined ? null : JSON.stringify(value);
  if (text === null) fallback.delete(name);
  else fallback.set(name, text);
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
  } catch {
    // Blocked or full: the fallback has it.
  }
}

/** Forgets what belongs to the member who leaves; the taste stays. */
export function forgetMember(): void {
  fallback.clear();
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}taste.`)) localStorage.removeItem(key);
    }
  } catch {
    // Nothing was kept.
  }
}
