// What one may mean by what one types into the filter: values of the facets, and words of the API.
import type { Schemas } from "./api";

export interface Suggestion {
  name: string;
  value: string;
  /** How many of the rows shown have it. */
  count: number | null;
  words: string;
}

const FIXED: [name: string, value: string, words: string][] = [
  ["unread", "true", "not read in this round"],
  ["unread", "false", "read in this round"],
  ["noted", "true", "with a note"],
  ["noted", "false", "without a note"],
  ["waits_for", "maintainers", "waits for maintainers"],
  ["waits_for", "reviewers", "waits for reviewers"],
  ["waits_for", "author", "waits for the author"],
  ["review", "none", "never reviewed"],
  ["review", "approved", "approved"],
  ["review", "changes_requested", "changes requested"],
  ["review", "changed_since", "changed since the review"],
  ["checks", "failing", "checks failing"],
  ["draft", "true", "drafts only"],
  ["draft", "false", "no drafts"],
  ["archived", "false", "no archived repositories"],
  ["label", "none", "no label"],
  ["assignee", "none", "nobody assigned"],
  ["milestone", "none", "no milestone"],
  ["state", "closed", "closed"],
  ["state", "all", "open and closed"],
  ["created_after", "180d", "created in the last 180 days"],
  ["updated_before", "90d", "untouched for 90 days"],
  ["updated_after", "7d", "updated in the last 7 days"],
];
/** The filter that a facet stands for. */
const OF = { repository: "repo", type: "type", label: "label", author: "author", assignee: "assignee", milestone: "milestone" } as const;

/** At most so many. */
const MOST = 12;

export function suggest(typed: string, facets: Schemas["FacetCounts"] | null): Suggestion[] {
  const without = typed.trim().startsWith("-");
  const text = typed.trim().replace(/^-/, "").toLowerCase();
  const [, only, rest] = /^([a-z_]+):(.*)$/.exec(text) ?? [];
  const sought = rest?.trim() ?? text;
  const found: Suggestion[] = [];
  for (const [facet, name] of Object.entries(OF) as [keyof typeof OF, string][]) {
    if (only !== undefined && only !== name) continue;
    for (const { value, count } of facets?.[facet].values ?? []) {
      if (value.toLowerCase().includes(sought)) found.push({ name, value, count, words: value });
    }
  }
  for (const [name, value, words] of FIXED) {
    if (only !== undefined && only !== name) continue;
    if (words.includes(sought) || value === sought || name.startsWith(sought.replaceAll(" ", "_"))) found.push({ name, value, count: null, words });
  }
  const rank = ({ words }: Suggestion) => (words.toLowerCase().startsWith(sought) ? 0 : 1);
  found.sort((one, other) => rank(one) - rank(other) || (other.count ?? 0) - (one.count ?? 0));
  const first = found.slice(0, MOST);
  if (only !== undefined && sought !== "") {
    const value = typed.trim().replace(/^-/, "").slice(only.length + 1).trim();
    if (!first.some((each) => each.value.toLowerCase() === sought)) first.push({ name: only, value, count: null, words: value });
  } else if (only === undefined && sought !== "") {
    first.push({ name: "title", value: typed.trim().replace(/^-/, ""), count: null, words: `title contains “${sought}”` });
  }
  const excludable = (name: string) => Object.values<string>(OF).includes(name) || ["title", "waits_for", "review", "state", "checks"].includes(name);
  return without
    ? first.filter(({ name }) => excludable(name)).map((each) => ({ ...each, value: `-${each.value}`, count: null, words: `not: ${each.words}` }))
    : first;
}
