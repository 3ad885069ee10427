// Who is in a scrub now, and what they share beside the deck: the host, the time, the rows that somebody took. It lasts as
// long as they are there.
import { api, ask, patient, Refusal, type Schemas, told } from "./api";
import { author, by } from "./author.svelte";
import { followEvents } from "./live";
import { once, random } from "./once";
import { root } from "./place.svelte";
import type { DeckRow, Scrub, ScrubAnswer } from "./scrub.svelte";
import { headers } from "./session.svelte";

export type RoomAnswer = Schemas["RoomAnswer"];
export type Person = RoomAnswer["people"][number];
export type NoteNews = Schemas["NoteEvent"];
/** What this tab tells of itself. */
export interface Presence {
  place: number | null;
  following: boolean;
  typing: boolean;
}

/** Milliseconds between two signs of presence. */
const SIGN = 10_000;
/** Milliseconds without a stream before it is said. */
const PATIENCE = 1_000;

export class Room {
  answer = $state.raw<RoomAnswer | null>(null);
  /** Whether the stream has been away for a while. */
  lost = $state.raw(false);
  said = $state.raw("");
  /** Who came since this tab did, the last first. */
  came = $state.raw<readonly Person[]>([]);
  /** Milliseconds by which the service's clock is ahead of this one. */
  ahead = $state.raw(0);

  readonly #client = random();
  /** Who was here since this tab is. */
  readonly #met = new Set<string>();
  readonly #told: () => Presence;
  #sign = 0;
  #stop: () => void = () => undefined;

  constructor(
    readonly scrub: Scrub,
    readonly account: string | undefined,
    told: () => Presence,
    readonly note: (news: NoteNews) => void,
  ) {
    this.#told = told;
  }

  /** Comes into the room, until the answer is called. */
  enter(): () => void {
    const query: [string, string][] = this.account === undefined ? [] : [["account", this.account]];
    const on = {
      scrub: (data: unknown) => this.scrub.put(data as ScrubAnswer),
      row: (data: unknown) => this.scrub.putRow(data as DeckRow),
      note: (data: unknown) => this.note(data as NoteNews),
      room: (data: unknown) => this.put(data as RoomAnswer),
      reset: () => {
        void this.scrub.load();
        this.scrub.reset();
      },
    };
    const source = { path: `scrubs/${String(this.scrub.number)}/stream`, account: this.account, query };
    let away = 0;
    this.#stop = followEvents(source, on, (open) => {
      clearTimeout(away);
      if (open) this.lost = false;
      else away = setTimeout(() => (this.lost = true), PATIENCE);
    });
    const timer = setInterval(() => void this.present(), SIGN);
    const seen = () => document.visibilityState === "visible" && void this.present();
    const leave = () => this.#leave();
    document.addEventListener("visibilitychange", seen);
    addEventListener("pagehide", leave);
    void this.load();
    void this.present();
    return () => {
      clearInterval(timer);
      clearTimeout(this.#sign);
      clearTimeout(away);
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("pagehide", leave);
      this.#stop();
      this.#leave();
    };
  }

  async load(): Promise<void> {
    try {
      this.put(await patient(() => ask(api.GET("/api/v1/scrubs/{number}/room", { params: this.scrub.params }))));
    } catch (fault) {
      this.said = told(fault);
    }
  }

  put(answer: RoomAnswer): void {
    const before = this.answer;
    if (before !== null && answer.version < before.version) return;
    this.answer = answer;
    this.ahead = Date.parse(answer.now) - Date.now();
    const came = answer.people.filter(({ login }) => !this.#met.has(login) && login !== author.name);
    for (const { login } of came) this.#met.add(login);
    if (before !== null && came.length > 0) this.came = [...came, ...this.came].slice(0, 8);
  }

  /** A moment by the service's clock. */
  now(local = Date.now()): number {
    return local + this.ahead;
  }

  /** What this person is called here. */
  get me(): string {
    return author.name;
  }
  get isHost(): boolean {
    return this.answer !== null && this.answer.host === author.name;
  }
  holder(place: number): string | null {
    return this.answer?.claims.find((claim) => claim.place === place)?.login ?? null;
  }
  /** The rows that are this person's to read. */
  get mine(): number[] {
    return (this.answer?.claims ?? []).filter(({ login, place }) => login === author.name && place !== null).map(({ place }) => place);
  }

  #body(leaving: boolean) {
    return { client: this.#client, ...this.#told(), leaving, ...by() };
  }
  async present(): Promise<void> {
    clearTimeout(this.#sign);
    if (!this.scrub.open) return;
    try {
      this.put(await ask(api.PUT("/api/v1/scrubs/{number}/presence", { params: this.scrub.params, body: this.#body(false) })));
    } catch (fault) {
      // The next sign follows soon.
      if (fault instanceof Refusal && fault.status === 403) this.said = "";
    }
  }
  /** What this tab tells of itself is another: it says so soon. */
  changed(): void {
    clearTimeout(this.#sign);
    this.#sign = setTimeout(() => void this.present(), 150);
  }
  #leave(): void {
    if (!this.scrub.open) return;
    const query = this.account === undefined ? "" : `?${new URLSearchParams({ account: this.account }).toString()}`;
    const sent = { method: "PUT", keepalive: true, body: JSON.stringify(this.#body(true)), headers: { ...headers(), "Content-Type": "application/json" } };
    void fetch(`${root}api/v1/scrubs/${String(this.scrub.number)}/presence${query}`, sent).catch(() => null);
  }

  /** Leaves a name here, of somebody without an account. Answers what they are called. */
  async guest(name: string): Promise<string> {
    const body = { name, client: this.#client };
    const guest = await ask(api.POST("/api/v1/scrubs/{number}/guests", { params: this.scrub.params, body }));
    await this.present();
    return guest.name;
  }

  /** Says who greets those who come, or nobody. */
  greet(login: string | null): Promise<void> {
    const body = { login, from: this.answer?.greeter ?? null };
    return this.#act(ask(api.PUT("/api/v1/scrubs/{number}/greeter", { params: this.scrub.params, body })));
  }

  /** Acts, and takes in what is. */
  async #act(act: Promise<RoomAnswer>, done = ""): Promise<void> {
    this.said = "";
    try {
      this.put(await act);
      this.said = done;
    } catch (fault) {
      const current = fault instanceof Refusal && fault.status === 409 ? (fault.problem?.current as RoomAnswer | undefined) : undefined;
      if (current !== undefined && "people" in current) this.put(current);
      this.said = told(fault);
    }
  }

  /** Hands the scrub over, asks to take it, agrees to who asked, or keeps it. */
  async host(host: string): Promise<void> {
    const body = { host, from: this.scrub.answer?.host ?? "", ...by() };
    this.said = "";
    try {
      this.scrub.put(await once((header) => api.PUT("/api/v1/scrubs/{number}/host", { params: { ...this.scrub.params, header }, body })));
      await this.load();
    } catch (fault) {
      this.said = told(fault);
      void this.scrub.load();
    }
  }
  time(change: Partial<Pick<RoomAnswer["timer"], "row_seconds" | "ends_at" | "paused">>): Promise<void> {
    const timer = this.answer?.timer;
    const body = { version: timer?.version ?? 0, row_seconds: timer?.row_seconds ?? null, ends_at: timer?.ends_at ?? null, paused: timer?.paused ?? false, ...change, ...by() };
    return this.#act(ask(api.PUT("/api/v1/scrubs/{number}/timer", { params: this.scrub.params, body })));
  }
  claim(body: { take: number } | { places: number[] } | { release: number[] | "all" }): Promise<void> {
    return this.#act(ask(api.PUT("/api/v1/scrubs/{number}/claims", { params: this.scrub.params, body: { ...body, ...by() } })));
  }
}
