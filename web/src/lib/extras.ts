// Answers that not every service gives: those alike, and the next meeting of a schedule. Without them the page shows less.
import { root } from "./place.svelte";
import { headers } from "./session.svelte";

export interface Alike {
  score: number;
  repository: string;
  type: string;
  number: number;
  title: string;
  state: string;
  closed_reason: string | null;
}

async function given(path: string): Promise<Response | null> {
  try {
    const answer = await fetch(`${root}api/v1/${path}`, { headers: headers() });
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

/** Items with alike titles, the most alike first. */
export async function alike(repository: string, number: number): Promise<Alike[]> {
  const answer = await given(`items/${repository}/${String(number)}/similar?limit=5`);
  return answer === null ? [] : ((await answer.json()) as { items: Alike[] }).items;
}

/** When the next scrub begins; `null` if none is scheduled. */
export async function nextScrub(account: string | undefined): Promise<Date | null> {
  const answer = await given(`scrubs/calendar.ics${account === undefined ? "" : `?${new URLSearchParams({ account }).toString()}`}`);
  if (answer === null) return null;
  const starts = [...(await answer.text()).matchAll(/^DTSTART:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/gm)];
  const times = starts.map(([, year, month, day, hour, minute, second]) => Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`));
  const next = times.filter((time) => time > Date.now()).sort((one, other) => one - other)[0];
  return next === undefined ? null : new Date(next);
}
