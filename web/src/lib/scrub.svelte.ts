// A scrub as it stands, its deck, and what can be done in it. An act names what it expects, is shown at once, and is
// answered with what is.
import { api, ask, patient, Refusal, type Schemas, told } from "./api";
import { by } from "./author.svelte";
import { pathOf } from "./marks";
import { once } from "./once";

export type ScrubAnswer = Schemas["ScrubAnswer"];
export type DeckRow = Schemas["DeckRowAnswer"];

/** Rows of a page of the deck. */
const PAGE = 100;

/** An act of this tab, to be taken back. */
interface Done {
  read: boolean;
  row: DeckRow;
  /** Where the cursor was after it; `undefined` if it did not move. */
  to: number | null | undefined;
}

export class Scrub {
  answer = $state.raw<ScrubAnswer | null>(null);
  error = $state.raw<unknown>(null);
  /** What came of the last act, in words. */
  said = $state.raw("");
  /** Acts that are on their way. */
  pending = $state.raw(0);
  /** Called before the cursor is elsewhere by somebody else's act. */
  moving: (from: number | null) => void = () => undefined;

  /** Where the cursor will be, by what is known of the deck. */
  #expected = $state.raw<number | null>(null);
  #version = $state.raw(0);
  #rows = new Map<number, DeckRow>();
  #asking = new Set<number>();
  #done: Done[] = [];
  #acts: Promise<unknown> = Promise.resolve();
  readonly #path;
  readonly #query;

  constructor(
    readonly number: number,
    account: string | undefined,
    /** Whether somebody else has taken a row to read. */
    readonly taken: (place: number) => boolean,
  ) {
    this.#path = { number };
    this.#query = account === undefined ? {} : { account };
  }

  get params() {
    return { path: this.#path, query: this.#query };
  }
  get cursor(): number | null {
    return this.#expected ?? this.answer?.cursor ?? null;
  }
  get open(): boolean {
    return this.answer?.state === "open";
  }

  async load(): Promise<void> {
    this.error = null;
    try {
      this.put(await patient(() => ask(api.GET("/api/v1/scrubs/{number}", { params: this.params }))));
    } catch (fault) {
      this.error = fault;
    }
  }

  /** Takes in how the scrub stands. `mine`: by an act of this tab. */
  put(answer: ScrubAnswer, mine = false): void {
    const before = this.answer;
    if (before !== null && answer.position < before.position) return;
    const moved = before !== null && answer.cursor !== before.cursor;
    if (moved && !mine && answer.cursor !== this.cursor) this.moving(this.cursor);
    this.answer = answer;
    if (this.pending === 0) this.#expected = null;
    if (answer.current !== null) this.putRow(answer.current);
    if (moved && before.cursor !== null) this.#renew(before.cursor);
  }

  row(place: number): DeckRow | undefined {
    void this.#version;
    return this.#rows.get(place);
  }
  putRow(row: DeckRow): void {
    this.#rows.set(row.place, row);
    this.#version += 1;
  }
  /** Nothing of the deck is sure any more. */
  reset(): void {
    const known = [...this.#rows.keys()];
    this.#asking.clear();
    for (const page of new Set(known.map((place) => Math.floor((place - 1) / PAGE)))) void this.#fetch(page * PAGE, PAGE);
  }
  /** Says which rows are shown. */
  want(first: number, last: number): void {
    for (let page = Math.floor((first - 1) / PAGE); page <= Math.floor((last - 1) / PAGE); page += 1) {
      const [from, to] = [page * PAGE + 1, Math.min((page + 1) * PAGE, this.answer?.rows ?? 0)];
      let whole = true;
      for (let place = from; place <= to; place += 1) whole &&= this.#rows.has(place);
      if (!whole) void this.#fetch(page * PAGE, PAGE);
    }
  }
  async #fetch(after: number, limit: number): Promise<void> {
    if (this.#asking.has(after) && limit === PAGE) return;
    this.#asking.add(after);
    try {
      const query = { ...this.#query, after, limit };
      const { rows } = await patient(() => ask(api.GET("/api/v1/scrubs/{number}/deck", { params: { path: this.#path, query } })));
      for (const row of rows) this.#rows.set(row.place, row);
      this.#version += 1;
    } catch (fault) {
      this.said = told(fault);
    }
    this.#asking.delete(after);
  }
  /** A row that was left is told by the stream; where nothing is told, it is asked for. */
  #renew(place: number): void {
    setTimeout(() => {
      if (this.#rows.get(place)?.status === "current" && this.answer?.cursor !== place) void this.#fetch(place - 1, 1);
    }, 500);
  }

  /** Where the cursor most likely goes from a place; `null` if that is not known. */
  #after(place: number): number | null {
    for (let next = place + 1; ; next += 1) {
      const row = this.#rows.get(next);
      if (row === undefined) return null;
      if (row.status === "waiting" && !this.taken(next)) return next;
    }
  }

  /** Does one act after the other, each on what the one before it left. */
  #act(place: number | null, expected: number | null, act: () => Promise<ScrubAnswer>, done?: (answer: ScrubAnswer) => void): Promise<void> {
    // Nobody acts on a row that they do not see.
    if (this.pending > 0 && this.#expected === null) return Promise.resolve();
    this.pending += 1;
    this.#expected = expected;
    this.said = "";
    const acted = this.#acts.then(async () => {
      try {
        if ((this.answer?.cursor ?? null) !== place) throw new Elsewhere();
        const answer = await act();
        this.put(answer, true);
        done?.(answer);
      } catch (fault) {
        this.#refused(fault);
      }
      this.pending -= 1;
      if (this.pending === 0) this.#expected = null;
    });
    this.#acts = acted;
    return acted;
  }
  #refused(fault: unknown): void {
    this.#expected = null;
    const current = fault instanceof Refusal && fault.status === 409 ? (fault.problem?.current as ScrubAnswer | undefined) : undefined;
    if (current !== undefined && "cursor" in current) this.put(current, true);
    this.said = current !== undefined || fault instanceof Elsewhere ? this.#where() : told(fault);
  }
  #where(): string {
    if (!this.open) return "This scrub is closed.";
    const cursor = this.answer?.cursor ?? null;
    return cursor === null ? "Nothing is left to read." : `Somebody was faster: the group is at row ${String(cursor)}.`;
  }

  /** The row under the cursor is read, or skipped, and the group goes on. */
  advance(skip: boolean): Promise<void> {
    const place = this.cursor;
    const row = place === null ? undefined : this.#rows.get(place);
    if (place === null || row === undefined) return Promise.resolve();
    const body = { place, skip, ...by() };
    const step = () => once((header) => api.POST("/api/v1/scrubs/{number}/advance", { params: { ...this.params, header }, body }));
    return this.#act(place, this.#after(place), step, (answer) => this.#done.push({ read: !skip, row, to: answer.cursor }));
  }
  /** The group goes on from a row that one may not see. */
  pass(): Promise<void> {
    const place = this.answer?.hidden_row?.before ?? 0;
    const body = { place, hidden: true, ...by() };
    const step = () => once((header) => api.POST("/api/v1/scrubs/{number}/advance", { params: { ...this.params, header }, body }));
    return this.#act(this.answer?.cursor ?? null, null, step);
  }
  /** The group goes to a row. */
  move(place: number): Promise<void> {
    const from = this.cursor;
    const row = from === null ? undefined : this.#rows.get(from);
    if (place === from) return Promise.resolve();
    const done = (answer: ScrubAnswer) => {
      if (row !== undefined) this.#done.push({ read: false, row, to: answer.cursor });
    };
    return this.#act(from, place, () => this.#moveTo(place, from), done);
  }
  #moveTo(place: number, from: number | null): Promise<ScrubAnswer> {
    const body = { place, from, ...by() };
    return once((header) => api.PUT("/api/v1/scrubs/{number}/cursor", { params: { ...this.params, header }, body }));
  }
  /** A row is read, or skipped, by whoever took it; the group stays where it is. */
  async readRow(row: DeckRow, skip: boolean): Promise<void> {
    const { place } = row;
    this.said = "";
    this.pending += 1;
    try {
      const path = { ...this.#path, place };
      const body = { skip, ...by() };
      this.put(await once((header) => api.POST("/api/v1/scrubs/{number}/rows/{place}/read", { params: { path, query: this.#query, header }, body })), true);
      if (!skip) this.#done.push({ read: true, row, to: undefined });
      await this.#fetch(place - 1, 1);
      this.said = `Row ${String(place)} is ${skip ? "skipped" : "read"}.`;
    } catch (fault) {
      this.said = told(fault);
    }
    this.pending -= 1;
  }

  /** Takes back the last act of this tab: the reading, and the step. */
  async undo(): Promise<void> {
    const last = this.#done.pop();
    if (last === undefined) {
      this.said = "There is nothing of yours to take back.";
      return;
    }
    const { place } = last.row;
    const stood = last.to !== undefined && last.to === (this.answer?.cursor ?? null);
    if (!last.read && !stood) {
      this.said = "The group has gone on since, so there is nothing to take back.";
      return;
    }
    this.pending += 1;
    try {
      if (last.read) await this.#unread(last.row);
      await this.load();
      const from = this.answer?.cursor ?? null;
      if (stood && from !== place) this.put(await this.#moveTo(place, from), true);
      await this.#fetch(place - 1, 1);
      const back = this.answer?.cursor === place ? "The group is there again." : "";
      this.said = `${last.read ? `Row ${String(place)} is unread again.` : "Taken back."} ${back}`.trim();
    } catch (fault) {
      this.#refused(fault);
    }
    this.pending -= 1;
    if (this.pending === 0) this.#expected = null;
  }
  async #unread(row: DeckRow): Promise<void> {
    const path = pathOf(row.item?.repository ?? row.repository, row.item?.number ?? row.number);
    await once((header) => api.DELETE("/api/v1/items/{owner}/{repo}/{number}/read", { params: { path, query: by(), header } }));
  }
  /** Takes the last reading of a row back, whoever read it. */
  async unread(row: DeckRow): Promise<void> {
    try {
      await this.#unread(row);
      await Promise.all([this.load(), this.#fetch(row.place - 1, 1)]);
      this.said = `Row ${String(row.place)} is unread again.`;
    } catch (fault) {
      this.said = told(fault);
    }
  }

  async close(): Promise<void> {
    try {
      this.put(await once((header) => api.POST("/api/v1/scrubs/{number}/close", { params: { ...this.params, header }, body: by() })), true);
    } catch (fault) {
      this.said = told(fault);
    }
  }
}

/** The cursor is not where the act began. */
class Elsewhere extends Error {}
