// What is different between two texts, line by line.

export interface Line {
  kind: "same" | "gone" | "new";
  text: string;
}

/** Beyond so many comparisons, everything between the first and the last difference counts as other lines. */
const LIMIT = 4_000_000;

export function difference(before: string, now: string): Line[] {
  // A text that is not there has no lines, not an empty one.
  const was = before === "" ? [] : before.split("\n");
  const is = now === "" ? [] : now.split("\n");
  const most = Math.min(was.length, is.length);
  let head = 0;
  while (head < most && was[head] === is[head]) head++;
  let tail = 0;
  while (tail < most - head && was.at(-1 - tail) === is.at(-1 - tail)) tail++;
  const as = (kind: Line["kind"], lines: string[]): Line[] => lines.map((text) => ({ kind, text }));
  return [
    ...as("same", was.slice(0, head)),
    ...between(was.slice(head, was.length - tail), is.slice(head, is.length - tail)),
    ...as("same", was.slice(was.length - tail)),
  ];
}

/** By the longest lines in common: `common[i][j]` is how many there are from `was[i]` and `is[j]` on. */
function between(was: string[], is: string[]): Line[] {
  const lines: Line[] = [];
  const [rows, columns] = [was.length, is.length];
  const common = rows * columns > LIMIT ? [] : Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = rows - 1; i >= 0; i--) {
    const row = common[i];
    for (let j = columns - 1; row && j >= 0; j--) row[j] = was[i] === is[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    if (i < rows && j < columns && was[i] === is[j] && common.length > 0) {
      lines.push({ kind: "same", text: was[i] ?? "" });
      i++;
      j++;
    } else if (i < rows && (j >= columns || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "gone", text: was[i++] ?? "" });
    } else {
      lines.push({ kind: "new", text: is[j++] ?? "" });
    }
  }
  return lines;
}

/** Only what differs, with `near` lines around; a number is how many lines were left out. */
export function excerpt(lines: Line[], near: number): (Line | number)[] {
  const shown = lines.map((_, at) => lines.slice(Math.max(0, at - near), at + near + 1).some((one) => one.kind !== "same"));
  const parts: (Line | number)[] = [];
  lines.forEach((line, at) => {
    const last = parts.at(-1);
    if (shown[at]) parts.push(line);
    else if (typeof last === "number") parts[parts.length - 1] = last + 1;
    else parts.push(1);
  });
  return parts;
}
