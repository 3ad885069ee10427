// What a screen shows beside what it is about: items alike, and the next meeting of a schedule. Without them it shows less.
import { api, ask, type Schemas } from "./api";
import { pathOf } from "./marks";
import { root } from "./place.svelte";
import { headers } from "./session.svelte";

export type Alike = Schemas["SimilarRow"];

/** Items with alike titles, the most alike first. */
export async function alike(repository: string, number: number): Promise<Alike[]> {
  const params = { path: pathOf(repository, number), query: { limit: 5 } };
  try {
    return (await ask(api.GET("/api/v1/items/{owner}/{repo}/{number}/similar", { params }))).items;
  } catch {
    return [];
  }
}

/** When the next scrub begins; `null` if none is scheduled. */
export async function nextScrub(account: string | undefined): Promise<Date | null> {
  const query = account === undefined ? "" : `?${new URLSearchParams({ account }).toString()}`;
  const answer = await fetch(`${root}api/v1/scrubs/calendar.ics${query}`, { headers: headers() }).catch(() => null);
  if (!answer?.ok) return null;
  const starts = [...(await answer.text()).matchAll(/^DTSTART:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/gm)];
  const times = starts.map(([, year, month, day, hour, minute, second]) => Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`));
  const next = times.filter((time) => time > Date.now()).sort((one, other) => one - other)[0];
  return next === undefined ? null : new Date(next);
}
