// The rows of the queue, of which only those near the window are kept. The API pages by cursors, each of which leads on
// from the page before it. A page that none leads to yet is asked for by how many rows come before it; where the API
// cannot do so, all pages on the way are fetched.
import { api, ask, patient, Refusal, type Row, type Schemas } from "./api";
import type { QueueQuery } from "./filters";

/** Rows of a page. */
export const PAGE = 100;
/** Pages whose rows are kept. */
const KEPT = 60;

export class Rows {
  /** How many rows there are; `null` before the first answer. */
  total = $state.raw<number | null>(null);
  about = $state.raw<Pick<Schemas["QueueAnswer"], "as_of" | "freshness" | "warnings" | "position"> | null>(null);
  error = $state.raw<unknown>(null);
  /** Counts what has come, so that whoever shows rows looks again. */
  version = $state.raw(0);

  #pages = new Map<number, Row[]>();
  /** The cursor that leads to each page; the first needs none. */
  #cursors: (string | null | undefined)[] = [null];
  #wanted: [number, number] = [0, 0];
  #asking = false;
  /** Whether pages can be asked for by how many rows come before them. */
  #skips = true;
  #ended = new AbortController();

  constructor(readonly question: QueueQuery) {
    void this.#fill();
  }

  stop(): void {
    this.#ended.abort();
  }

  /** Asks for what is missing once more. What is here stays. */
  retry(): void {
    this.error = null;
    void this.#fill();
  }

  row(index: number): Row | undefined {
    void this.version;
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The row that is here and nearest to one that is not, so that as many rows after it are here too as may be; the row itself if it
   * is here. `null` where it will not come soon, because asking failed. */
  nearest(index: number, rows: number): number | null {
    void this.version;
    const page = Math.floor(index / PAGE);
    if (this.#pages.has(page)) return index;
    if (this.error !== null || this.#pages.size === 0) return null;
    const near = [...this.#pages.keys()].reduce((best, each) => (Math.abs(each - page) < Math.abs(best - page) ? each : best));
    const held = this.#pages.get(near)?.length ?? 0;
    return near > page ? near * PAGE : near * PAGE + Math.max(0, held - rows);
  }

  /** Where a row is, among those that are kept. */
  find(repository: string, number: number): number | null {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.number === number && row.repository === repository);
      if (at >= 0) return page * PAGE + at;
    }
    return null;
  }

  /** Puts a newer row in the place of one that is kept. The order stays. */
  put(row: Row): void {
    const at = this.find(row.repository, row.number);
    if (at === null) return;
    const page = this.#pages.get(Math.floor(at / PAGE));
    if (page !== undefined) page[at % PAGE] = row;
    this.version += 1;
  }

  /** Says which rows are shown. */
  want(first: number, last: number): void {
    this.#wanted = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    void this.#fill();
  }

  /** The page that is missing next: of those shown, else the one after them. */
  #missing(): number | null {
    const [first, last] = this.#wanted;
    const end = this.total === null ? 1 : Math.ceil(this.total / PAGE);
    for (let page = first; page <= Math.min(last + 1, end - 1); page += 1) {
      if (this.#pages.has(page)) continue;
      if (this.#skips || this.#cursors[page] !== undefined) return page;
      // The way leads over the pages before it.
      return this.#cursors.findLastIndex((cursor, at) => cursor !== undefined && at < page);
    }
    return null;
  }

  async #fill(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let page = this.#missing(); page !== null && !this.#ended.signal.aborted; page = this.#missing()) {
        await this.#fetch(page);
      }
      this.error = null;
    } catch (error) {
      if (!this.#ended.signal.aborted) this.error = error;
    }
    this.#asking = false;
  }

  async #fetch(page: number): Promise<void> {
    const signal = this.#ended.signal;
    const cursor = this.#cursors[page] ?? null;
    const first = { ...this.question, limit: PAGE };
    const query = cursor !== null ? { cursor } : page === 0 ? first : { ...first, skip: page * PAGE };
    let answer;
    try {
      answer = await patient(() => ask(api.GET("/api/v1/queue", { params: { query }, signal })), signal);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 410 && cursor !== null) {
        // Since midnight days are counted to another date, and the cursors of yesterday lead nowhere.
        this.#cursors = [null];
        return;
      }
      if (error.problem?.parameter !== "skip") throw error;
      this.#skips = false;
      return;
    }
    const { items, next_cursor, total } = answer;
    this.#pages.delete(page);
    this.#pages.set(page, items);
    if (next_cursor !== null) this.#cursors[page + 1] = next_cursor;
    if (page === 0) {
      this.total = total;
      this.about = answer;
    }
    // The end came early: rows have left the queue since.
    if (next_cursor === null) this.total = Math.min(this.total ?? total, page * PAGE + items.length);
    this.#forget();
    this.version += 1;
  }

  #forget(): void {
    const [first, last] = this.#wanted;
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) return;
      if (page < first - 1 || page > last + 1) this.#pages.delete(page);
    }
  }
}
