// What is written on an item. A service that cannot read it through yet answers 404, which is no fault of the item.
import { root } from "./place.svelte";
import { headers } from "./session.svelte";
import { Refusal, type Problem } from "./api";

export interface Entry {
  kind: string;
  id: number | null;
  author: string | null;
  bot: string | null;
  association: string | null;
  created_at: string | null;
  edited_at: string | null;
  url: string | null;
  html: string | null;
  verdict: string | null;
  is_answer: boolean;
  minimized: string | null;
  path: string | null;
  further: number;
}

export interface Text {
  source: "github" | "deliveries";
  fetched_at: string;
  body: Entry | null;
  entries: Entry[];
  before: string | null;
}

/** `null`: this service shows no texts. */
export async function texts(owner: string, repo: string, number: number, before: string | null): Promise<Text | null> {
  const query = before === null ? "" : `?${new URLSearchParams({ before }).toString()}`;
  let response;
  try {
    response = await fetch(`${root}api/v1/items/${owner}/${repo}/${String(number)}/text${query}`, { headers: headers() });
  } catch {
    throw new Refusal(0, undefined, null);
  }
  if (response.status === 404) return null;
  const said: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refusal(response.status, said as Partial<Problem> | undefined, null);
  return said as Text;
}
