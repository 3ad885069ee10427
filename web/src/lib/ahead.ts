// What is likely to be read next is fetched ahead, and handed out once.
import { api, ask, patient, type Schemas } from "./api";
import { pathOf } from "./marks";
import { texts, type Text } from "./texts";

interface Ahead {
  item: Promise<Schemas["ItemAnswer"]>;
  text: Promise<Text | null>;
  at: number;
}
const fetched = new Map<string, Ahead>();
/** Milliseconds for which it may be shown. */
const FRESH = 30_000;

function fetchAll(repository: string, number: number): Ahead {
  const path = pathOf(repository, number);
  const item = patient(() => ask(api.GET("/api/v1/items/{owner}/{repo}/{number}", { params: { path } })));
  const text = patient(() => texts(path.owner, path.repo, number, null));
  // Whoever reads it is told.
  item.catch(() => null);
  text.catch(() => null);
  return { item, text, at: Date.now() };
}

export function fetchAhead(repository: string, number: number): void {
  for (const [key, { at }] of fetched) if (Date.now() - at > FRESH) fetched.delete(key);
  const key = `${repository}#${String(number)}`;
  if (!fetched.has(key)) fetched.set(key, fetchAll(repository, number));
}

/** What was fetched ahead, or is fetched now. */
export function take(repository: string, number: number): Ahead {
  const key = `${repository}#${String(number)}`;
  const found = fetched.get(key);
  fetched.delete(key);
  return found !== undefined && Date.now() - found.at <= FRESH ? found : fetchAll(repository, number);
}
