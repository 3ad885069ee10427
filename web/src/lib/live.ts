// The queue's stream, which a ticket opens. It comes back by itself, from where it was.
import { api, ask, type Schemas } from "./api";
import { root } from "./place.svelte";
import { session } from "./session.svelte";

type ItemEvent = Schemas["ItemEvent"];

export interface Heard {
  item: (event: ItemEvent) => void;
  /** Everything is to be asked again. */
  reset: () => void;
  /** Whether the stream is open. */
  state: (open: boolean) => void;
}

/** Follows until the answer is called. */
export function followQueue(filters: Record<string, unknown>, heard: Heard): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let tries = 0;
  let last = "";
  let stopped = false;

  function later(): void {
    heard.state(false);
    source?.close();
    source = null;
    if (stopped) return;
    tries += 1;
    clearTimeout(timer);
    timer = setTimeout(() => void open(), Math.min(30_000, 500 * 2 ** tries));
  }

  async function open(): Promise<void> {
    const account = filters.account;
    const query = typeof account === "string" ? { account } : {};
    try {
      const asked = new URLSearchParams();
      // Who is nobody follows without one.
      if (!session.nobody) asked.set("ticket", (await ask(api.POST("/api/v1/stream/tickets", { params: { query } }))).ticket);
      if (last !== "") asked.set("last_event_id", last);
      for (const [name, value] of Object.entries(filters)) {
        for (const each of Array.isArray(value) ? value : [value]) asked.append(name, String(each));
      }
      if (stopped) return;
      const opened = new EventSource(`${root}api/v1/stream?${asked.toString()}`);
      source = opened;
      const seen = (event: Event) => {
        if (event instanceof MessageEvent && event.lastEventId !== "") last = event.lastEventId;
      };
      opened.onopen = () => {
        tries = 0;
        heard.state(true);
      };
      // A ticket opens for a minute only, so the browser's own coming back would fail.
      opened.onerror = later;
      opened.addEventListener("end", later);
      opened.addEventListener("item", (event) => {
        seen(event);
        heard.item(JSON.parse(String(event.data)) as ItemEvent);
      });
      for (const name of ["day", "reset"]) {
        opened.addEventListener(name, (event) => {
          seen(event);
          heard.reset();
        });
      }
    } catch {
      later();
    }
  }

  void open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
