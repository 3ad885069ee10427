// What a screen shows beside what it is about: items alike, and the next meeting of a schedule. Without them it shows less.
import { api, ask, type Schemas } from "./api";
import { pathOf } from "./marks";

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

export type Meeting = Schemas["MeetingRow"];

/** When the group meets; `null` if there is no schedule, or it cannot be asked for. */
export async function schedule(account: string | undefined): Promise<Schemas["ScheduleAnswer"] | null> {
  const params = { query: account === undefined ? {} : { account } };
  return ask(api.GET("/api/v1/schedule", { params })).catch(() => null);
}

/** When a meeting begins, where the reader is. */
export function begins(moment: string): string {
  return new Date(moment).toLocaleString("en", { dateStyle: "full", timeStyle: "short" });
}

/** When the next scrub begins; `null` if none is scheduled. */
export async function nextScrub(account: string | undefined): Promise<Date | null> {
  const next = (await schedule(account))?.next;
  return next ? new Date(next.starts_at) : null;
}
