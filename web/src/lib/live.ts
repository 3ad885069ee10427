// Streams of the service, which a ticket opens. They come back by themselves, from where they were.
import { api, ask, type Schemas } from "./api";
import { root } from "./place.svelte";
import { session } from "./session.svelte";

type ItemEvent = Schemas["ItemEvent"];

/** Milliseconds until it is tried again: soon at first, for a replica that was replaced. Not all come at once. */
function wait(tries: number): number {
  return Math.min(30_000, 200 * 2 ** tries) * (0.5 + Math.random() / 2);
}

export interface Source {
  /** Below `api/v1/`. */
  path: string;
  account: string | undefined;
  query: [name: string, value: string][];
}

/** Follows until the answer is called. `state` is told whether the stream is open. */
export function followEvents(from: Source, on: Record<string, (data: unknown) => void>, state: (open: boolean) => void): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let tries = 0;
  let last = "";
  let stopped = false;
  let opening = false;

  function later(): void {
    state(false);
    source?.close();
    source = null;
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void open(), wait(tries));
    tries += 1;
  }

  async function open(): Promise<void> {
    const query = from.account === undefined ? {} : { account: from.account };
    opening = true;
    try {
      const asked = new URLSearchParams(from.query);
      // Who is nobody follows without one.
      if (!session.nobody) asked.set("ticket", (await ask(api.POST("/api/v1/stream/tickets", { params: { query } }))).ticket);
      if (last !== "") asked.set("last_event_id", last);
      if (stopped) return;
      const opened = new EventSource(`${root}api/v1/${from.path}?${asked.toString()}`);
      source = opened;
      opened.onopen = () => {
        tries = 0;
        state(true);
      };
      // A ticket opens for a minute only, so the browser's own coming back would fail.
      opened.onerror = later;
      opened.addEventListener("end", later);
      for (const [name, hear] of Object.entries(on)) {
        opened.addEventListener(name, (event) => {
          if (event.lastEventId !== "") last = event.lastEventId;
          hear(JSON.parse(String(event.data)));
        });
      }
    } catch {
      later();
    } finally {
      opening = false;
    }
  }
  /** The connection is back: nobody waits any longer. */
  function back(): void {
    if (source !== null || opening || stopped) return;
    clearTimeout(timer);
    void open();
  }

  addEventListener("online", back);
  void open();
  return () => {
    stopped = true;
    removeEventListener("online", back);
    clearTimeout(timer);
    source?.close();
  };
}

export interface Heard {
  item: (event: ItemEvent) => void;
  /** Everything is to be asked again. */
  reset: () => void;
  /** Whether the stream is open. */
  state: (open: boolean) => void;
}

/** Follows the queue until the answer is called. */
export function followQueue(filters: Record<string, unknown>, heard: Heard): () => void {
  const query = Object.entries(filters).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, String(each)]));
  const account = typeof filters.account === "string" ? filters.account : undefined;
  const on = { item: (data: unknown) => heard.item(data as ItemEvent), day: heard.reset, reset: heard.reset };
  return followEvents({ path: "stream", account, query }, on, heard.state);
}
