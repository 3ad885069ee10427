// The note of one item, saved as it is typed. What was typed stays in this tab until the service has it, and is never
// overwritten by what somebody else wrote: then both stand side by side.
import { api, passes, Refusal, type Schemas, told, whole } from "./api";
import { pathOf } from "./marks";
import { session } from "./session.svelte";

export interface Draft {
  recommended_action: string;
  comment: string;
  flag: string;
}
/** What was typed, the tag of the note that it changes, and who typed it. */
interface KeptDraft {
  draft: Draft;
  tag: string | null;
  by: string | null;
}
const EMPTY: Draft = { recommended_action: "", comment: "", flag: "" };
/** Milliseconds without typing after which it is saved. */
const PAUSE = 700;

function of(note: Schemas["NoteRow"] | null | undefined): Draft {
  return note ? { recommended_action: note.recommended_action, comment: note.comment, flag: note.flag } : { ...EMPTY };
}

function same(one: Draft, other: Draft): boolean {
  return one.comment === other.comment && one.flag === other.flag && one.recommended_action === other.recommended_action;
}

export class Note {
  draft = $state<Draft>({ ...EMPTY });
  state = $state.raw<"loading" | "saved" | "typing" | "saving" | "conflict" | "failed">("loading");
  said = $state.raw("");
  /** What somebody else wrote meanwhile. */
  theirs = $state.raw<(Draft & { by: string }) | null>(null);
  history = $state.raw<Schemas["NoteRow"][]>([]);

  #saved: Draft = { ...EMPTY };
  #tag: string | null = null;
  #writer = "somebody";
  #timer = 0;
  readonly #path;
  readonly #kept;

  constructor(repository: string, number: number) {
    this.#path = pathOf(repository, number);
    this.#kept = `bugscrub-draft ${repository}#${String(number)}`;
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      await this.#read();
      this.draft = { ...this.#saved };
      this.said = "";
      const kept = sessionStorage.getItem(this.#kept);
      this.state = "saved";
      if (kept !== null) this.#resume(JSON.parse(kept) as KeptDraft);
    } catch (error) {
      this.state = "failed";
      this.said = told(error, passes(error));
      if (passes(error)) this.#timer = setTimeout(() => void this.#load(), 5000);
    }
  }

  /** Goes on with what was typed before. What somebody else wrote since stands beside it. */
  #resume({ draft, tag, by }: KeptDraft): void {
    if (by !== session.name) return;
    if (same(draft, this.#saved)) {
      sessionStorage.removeItem(this.#kept);
      return;
    }
    this.draft = draft;
    if (tag === this.#tag) {
      this.typed();
      return;
    }
    this.theirs = { ...this.#saved, by: this.#writer };
    this.state = "conflict";
  }

  async #read(): Promise<Schemas["NoteAnswer"]> {
    const asked = api.GET("/api/v1/items/{owner}/{repo}/{number}/note", { params: { path: this.#path } });
    const { data, response } = await whole(asked);
    this.#tag = data.note === null ? null : response.headers.get("ETag");
    this.#saved = of(data.note);
    this.#writer = data.note?.by ?? "somebody";
    this.history = data.history;
    return data;
  }

  /** Something was typed: it is saved after a pause. */
  typed(): void {
    const kept: KeptDraft = { draft: this.draft, tag: this.#tag, by: session.name };
    sessionStorage.setItem(this.#kept, JSON.stringify(kept));
    if (this.state === "conflict") return;
    this.state = "typing";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE);
  }

  /** Saves at once what is not yet saved. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    if (["loading", "saving", "conflict", "saved"].includes(this.state)) return;
    const sent = { ...this.draft };
    if (same(sent, this.#saved)) {
      this.#done(sent);
      return;
    }
    this.state = "saving";
    try {
      const header = this.#tag === null ? {} : { "If-Match": this.#tag };
      const asked = api.PUT("/api/v1/items/{owner}/{repo}/{number}/note", { params: { path: this.#path, header }, body: sent });
      const { data, response } = await whole(asked);
      this.#tag = response.headers.get("ETag");
      this.history = data.history;
      this.#done(sent);
    } catch (error) {
      await this.#refused(error);
    }
  }

  #done(sent: Draft): void {
    this.#saved = sent;
    this.said = "";
    if (same(sent, this.draft)) {
      sessionStorage.removeItem(this.#kept);
      this.state = "saved";
    } else this.typed();
  }

  async #refused(error: unknown): Promise<void> {
    const status = error instanceof Refusal ? error.status : -1;
    if (status === 412 || status === 428) {
      try {
        const { note } = await this.#read();
        this.theirs = { ...of(note), by: note?.by ?? "somebody" };
        this.state = "conflict";
        return;
      } catch (fault) {
        error = fault;
      }
    }
    this.state = "failed";
    const again = status === 0 || status === 429 || status >= 500;
    this.said = told(error, again);
    // It is tried again where that may help.
    if (again) this.#timer = setTimeout(() => void this.save(), 5000);
  }

  /** Ends a conflict with one of the two. */
  settle(mine: boolean): void {
    if (!mine && this.theirs !== null) {
      const { comment, flag, recommended_action } = this.theirs;
      this.draft = { comment, flag, recommended_action };
    }
    this.theirs = null;
    this.state = "typing";
    void this.save();
  }

  stop(): void {
    void this.save();
  }
}

