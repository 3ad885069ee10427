// The queue's filters as they stand in an address: the page passes them on to the API, which says what they mean.
import type { paths } from "./schema";

export type QueueQuery = NonNullable<paths["/api/v1/queue"]["get"]["parameters"]["query"]>;

/** Filters that take one value, and those that take several. */
const ONE = [
  "account", "view", "draft", "created_after", "created_before", "updated_after", "updated_before", "unread", "noted", "archived",
  "closed_after", "closed_before", "waiting_after", "waiting_before", "active_after", "active_before",
] as const;
const SEVERAL = [
  "repo", "type", "label", "author", "assignee", "milestone", "title", "action", "flag", "waits_for", "review", "author_association",
  "comments", "reactions", "commenters", "closed_reason", "checks", "state",
] as const;
export const FILTERS: readonly string[] = [...ONE, ...SEVERAL];
export const ORDERS = [
  "stalest", "freshest", "oldest", "newest", "human-stalest", "longest-waiting", "quietest", "most-comments", "most-reactions",
  "most-commenters",
] as const;

function of(query: URLSearchParams, names: readonly string[]): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const name of names) {
    const values = query.getAll(name).filter((value) => value !== "");
    if (values.length > 0) found[name] = (SEVERAL as readonly string[]).includes(name) ? values : (values[0] ?? "");
  }
  return found;
}

/** What the address asks of the queue. */
export function questionOf(query: URLSearchParams): QueueQuery {
  return of(query, [...FILTERS, "order"]) as QueueQuery;
}

/** The same without an order, for what has none. */
export function filtersOf(query: URLSearchParams): Omit<QueueQuery, "order"> {
  return of(query, FILTERS) as QueueQuery;
}

/** The address's filters as names and values, in the order of the address. */
export function chosen(query: URLSearchParams): [name: string, value: string][] {
  return [...query].filter(([name, value]) => FILTERS.includes(name) && !["account", "view"].includes(name) && value !== "");
}

/** An address with one filter more, or without one. */
export function changed(query: URLSearchParams, name: string, value: string, add: boolean): URLSearchParams {
  const made = new URLSearchParams(query);
  if (!(SEVERAL as readonly string[]).includes(name)) made.delete(name);
  else made.delete(name, value);
  if (add) made.append(name, value);
  return made;
}
