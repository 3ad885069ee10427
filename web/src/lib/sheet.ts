// A spreadsheet that is tried first, and imported then, but for the rows that one leaves out.
import { Refusal, type Problem, type Schemas } from "./api";
import { root } from "./place.svelte";
import { headers, unknown } from "./session.svelte";

export type SheetAnswer = Schemas["SheetAnswer"];
export type SheetRow = Schemas["SheetRowAnswer"];

/** Characters of an address that every proxy takes. */
const LONGEST = 7_000;

/** Whether there is anything to choose: the row would change something. */
export function changes({ outcome, read_in }: SheetRow): boolean {
  return outcome === "new" || outcome === "unknown item" || (outcome === "conflict" && read_in !== null);
}

/** What a row does, in words. */
export function does({ outcome, note, ours, read_in, detail }: SheetRow): string {
  const blank = note !== null && `${note.recommended_action}${note.comment}${note.flag}` === "";
  const written = note === null ? [] : blank ? ["removes our note"] : ours === null ? ["writes the note"] : ["writes the note, and takes a text of ours away"];
  const marked = read_in === null ? [] : [`marks it read in scrub ${String(read_in)}`];
  const changed = [...written, ...marked].join(", ");
  switch (outcome) {
    case "new":
      return changed;
    case "same":
      return "as it is here";
    case "conflict":
      return ["our note differs, and stays", ...marked].join("; ");
    case "unknown item":
      return `${detail ?? "it is not here"}; kept until it is`.replace(".;", ";");
    case "unreadable":
      return detail ?? "cannot be read";
    case "left out":
      return changed === "" ? "left out" : `left out: ${changed}`;
  }
}

/** The rows of a set as the API names them: `0051:2-40,44`, a text for each tab. */
export function named(rows: readonly SheetRow[], chosen: ReadonlySet<string>): string[] {
  const tabs = new Map<string, [first: number, last: number][]>();
  let before: SheetRow | null = null;
  for (const row of rows) {
    if (chosen.has(row.key)) {
      const ranges = tabs.get(row.tab) ?? [];
      const last = ranges.at(-1);
      if (last !== undefined && before?.tab === row.tab && before.line === last[1]) last[1] = row.line;
      else ranges.push([row.line, row.line]);
      tabs.set(row.tab, ranges);
    }
    before = row;
  }
  const lines = (ranges: [number, number][]) => ranges.map(([first, last]) => (first === last ? String(first) : `${String(first)}-${String(last)}`)).join(",");
  return [...tabs].map(([tab, ranges]) => (tab === "" ? lines(ranges) : `${tab}:${lines(ranges)}`));
}

export interface Choice {
  account: string | undefined;
  /** The scrub of the file's only tab, where the tab does not say it. */
  scrub: number | null;
  /** What was tried, and the rows of it that are left out; `null`: it is tried now. */
  tried: { answer: SheetAnswer; without: ReadonlySet<string> } | null;
}

/** Tries a file, or imports it. */
export async function send(file: File, { account, scrub, tried }: Choice): Promise<SheetAnswer> {
  const query = new URLSearchParams({ dry_run: String(tried === null) });
  if (account !== undefined) query.set("account", account);
  if (scrub !== null) query.set("scrub", String(scrub));
  if (tried !== null) {
    query.set("file", tried.answer.file);
    for (const rows of named(tried.answer.rows, tried.without)) query.append("without", rows);
  }
  const asked = query.toString();
  if (asked.length > LONGEST) {
    throw new Refusal(414, { detail: "These are more single choices than one request can hold. Leave out fewer rows, or take them out of the file." }, null);
  }
  let response;
  try {
    response = await fetch(`${root}api/v1/sheets?${asked}`, {
      method: "POST",
      headers: { ...headers(), "Content-Type": file.name.toLowerCase().endsWith(".csv") ? "text/csv" : "application/octet-stream" },
      body: file,
    });
  } catch {
    // A file that was saved meanwhile is no longer the one that was chosen.
    const there = await file.slice(0, 1).arrayBuffer().then(() => true, () => false);
    throw new Refusal(0, there ? undefined : { detail: "The file has changed since you chose it. Choose it again." }, null);
  }
  if (response.status === 401) unknown();
  const told: unknown = await response.json().catch(() => undefined);
  const after = Number(response.headers.get("Retry-After"));
  if (!response.ok) throw new Refusal(response.status, told as Partial<Problem> | undefined, after > 0 ? after : null);
  return told as SheetAnswer;
}
