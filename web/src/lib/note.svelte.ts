// The note of one item, saved as it is typed. What was typed stays in this tab until the service has it, and is never
// overwritten by what somebody else wrote: then both stand side by side.
import { api, passes, patient, Refusal, type Schemas, told, whole } from "./api";
import { by } from "./author.svelte";
import { pathOf } from "./marks";
import { session } from "./session.svelte";

export interface Draft {
  recommended_action: string;
  comment: string;
  flag: string;
}
/** What was typed, the note that it changes with its tag, and who typed it. */
interface KeptDraft {
  draft: Draft;
  base?: Draft | null;
  tag: string | null;
  by: string | null;
}
const EMPTY: Draft = { recommended_action: "", comment: "", flag: "" };
/** Milliseconds without typing after which it is saved. */
const PAUSE = 700;
const FIELDS = ["recommended_action", "comment", "flag"] as const;
const KEPT = "bugscrub-draft ";

/** The items of which this tab keeps a draft that the service does not have yet. */
let kept = $state.raw<ReadonlySet<string>>(
  new Set(Object.keys(sessionStorage).flatMap((key) => (key.startsWith(KEPT) ? [key.slice(KEPT.length)] : []))),
);

export function hasDraft(repository: string, number: number): boolean {
  return kept.has(`${repository}#${String(number)}`);
}

function keep(item: string, draft: KeptDraft): void {
  sessionStorage.setItem(KEPT + item, JSON.stringify(draft));
  if (!kept.has(item)) kept = new Set(kept).add(item);
}

function forget(item: string): void {
  sessionStorage.removeItem(KEPT + item);
  if (kept.has(item)) kept = new Set([...kept].filter((other) => other !== item));
}

function of(note: Schemas["NoteRow"] | null | undefined): Draft {
  return note ? { recommended_action: note.recommended_action, comment: note.comment, flag: note.flag } : { ...EMPTY };
}

/** The position of the note that a tag is of. */
function positionOf(tag: string | null): number {
  return Number(/note-(\d+)/.exec(tag ?? "")?.[1] ?? 0);
}

function same(one: Draft, other: Draft): boolean {
  return one.comment === other.comment && one.flag === other.flag && one.recommended_action === other.recommended_action;
}

export class Note {
  draft = $state<Draft>({ ...EMPTY });
  state = $state.raw<"loading" | "saved" | "typing" | "saving" | "conflict" | "failed">("loading");
  said = $state.raw("");
  /** Whether the note that is there is known. */
  ready = $state.raw(false);
  /** What somebody else wrote meanwhile. */
  theirs = $state.raw<(Draft & { by: string }) | null>(null);
  history = $state.raw<Schemas["NoteRow"][]>([]);

  #saved: Draft = { ...EMPTY };
  #tag: string | null = null;
  #writer = "somebody";
  #position = 0;
  /** What was sent last: perhaps the service has it, though no answer came. */
  #sent: Draft | null = null;
  /** The note that the draft of a conflict changed; `null` if that is not known. */
  #before: Draft | null = null;
  /** What was heard while ours was on its way. */
  #later: [note: Schemas["NoteRow"] | null, tag: string] | null = null;
  #timer = 0;
  /** How often saving failed, one time after the other. */
  #failures = 0;
  readonly #path;
  readonly #item;

  constructor(repository: string, number: number) {
    this.#path = pathOf(repository, number);
    this.#item = `${repository}#${String(number)}`;
    const kept = this.#kept();
    if (kept !== null) {
      this.draft = kept.draft;
      this.#saved = kept.base ?? { ...EMPTY };
      this.#tag = kept.tag;
    }
    void this.#load();
  }

  /** The draft that this person left here. */
  #kept(): KeptDraft | null {
    const text = sessionStorage.getItem(KEPT + this.#item);
    const kept = text === null ? null : (JSON.parse(text) as KeptDraft);
    return kept?.by === session.name ? kept : null;
  }

  async #load(): Promise<void> {
    try {
      await patient(() => this.#read());
      const kept = this.#kept();
      this.state = "saved";
      this.said = "";
      this.ready = true;
      if (kept === null) this.draft = { ...this.#saved };
      else this.#resume(kept);
      this.#hearLater();
    } catch (error) {
      this.state = "failed";
      this.said = told(error, passes(error));
      if (passes(error)) this.#timer = setTimeout(() => void this.#load(), 5000);
    }
  }

  /** Goes on with what was typed before. What somebody else wrote since stands beside it. */
  #resume({ draft, base, tag }: KeptDraft): void {
    if (same(draft, this.#saved)) {
      this.draft = { ...this.#saved };
      forget(this.#item);
      return;
    }
    this.draft = draft;
    this.#meet(tag === this.#tag ? this.#saved : (base ?? null));
  }

  /** Takes in what is saved, where the draft changed another note. Only where both changed the same field, one of the two
   *  has to be chosen. */
  #meet(base: Draft | null): void {
    let both = base === null;
    for (const field of FIELDS) {
      const [was, mine, theirs] = [base?.[field], this.draft[field], this.#saved[field]];
      if (mine === was) this.draft[field] = theirs;
      else if (theirs !== was && theirs !== mine && theirs !== this.#sent?.[field]) both = true;
    }
    this.#before = base;
    this.theirs = both ? { ...this.#saved, by: this.#writer } : null;
    this.state = both ? "conflict" : "typing";
    this.typed();
  }

  /** Somebody wrote the note; perhaps this tab did. */
  heard(note: Schemas["NoteRow"] | null, tag: string): void {
    if (positionOf(tag) <= this.#position) return;
    if (this.state === "loading" || this.state === "saving") {
      this.#later = [note, tag];
      return;
    }
    const base = this.state === "conflict" ? this.#before : this.#saved;
    const touched = base === null || !same(this.draft, base);
    this.#know(note, tag);
    if (touched) this.#meet(base);
    else this.draft = { ...this.#saved };
  }

  #know(note: Schemas["NoteRow"] | null, tag: string | null): void {
    this.#tag = note === null ? null : tag;
    this.#saved = of(note);
    this.#writer = note?.by ?? "somebody";
    this.#position = positionOf(tag);
  }

  async #read(): Promise<Schemas["NoteAnswer"]> {
    const asked = api.GET("/api/v1/items/{owner}/{repo}/{number}/note", { params: { path: this.#path } });
    const { data, response } = await whole(asked);
    this.#know(data.note, response.headers.get("ETag"));
    this.history = data.history;
    return data;
  }

  /** Something was typed: it is saved after a pause. */
  typed(): void {
    const open = this.state === "conflict";
    keep(this.#item, { draft: this.draft, base: open ? this.#before : this.#saved, tag: open ? "" : this.#tag, by: session.name });
    // Once what is on its way has arrived, the rest follows.
    if (open || !this.ready || this.state === "saving") return;
    this.state = "typing";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE);
  }

  /** Saves at once what is not yet saved. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.ready || ["saving", "conflict", "saved"].includes(this.state)) return;
    const sent = { ...this.draft };
    if (same(sent, this.#saved)) {
      this.#done(sent);
      return;
    }
    this.state = "saving";
    this.#sent = sent;
    try {
      const header = this.#tag === null ? {} : { "If-Match": this.#tag };
      const asked = api.PUT("/api/v1/items/{owner}/{repo}/{number}/note", { params: { path: this.#path, header }, body: { ...sent, ...by() } });
      const { data, response } = await whole(asked);
      this.#know(data.note, response.headers.get("ETag"));
      this.history = data.history;
      this.#done(sent);
    } catch (error) {
      await this.#refused(error);
    }
  }

  #done(sent: Draft): void {
    this.#saved = sent;
    this.#sent = null;
    this.#failures = 0;
    this.said = "";
    if (same(sent, this.draft)) {
      forget(this.#item);
      this.state = "saved";
    } else {
      this.state = "typing";
      this.typed();
    }
    this.#hearLater();
  }
  #hearLater(): void {
    const later = this.#later;
    this.#later = null;
    if (later !== null) this.heard(...later);
  }

  async #refused(error: unknown): Promise<void> {
    if (error instanceof Refusal && [412, 428].includes(error.status)) {
      const base = this.#saved;
      try {
        await this.#read();
        this.#later = null;
        this.#meet(base);
        return;
      } catch (fault) {
        error = fault;
      }
    }
    this.state = "failed";
    const again = passes(error);
    this.said = told(error, again);
    // It is tried again where that may help.
    if (again) this.#timer = setTimeout(() => void this.save(), Math.min(5000, 300 * 2 ** this.#failures++));
  }

  /** Ends a conflict with one of the two. */
  settle(mine: boolean): void {
    if (!mine && this.theirs !== null) {
      const { comment, flag, recommended_action } = this.theirs;
      this.draft = { comment, flag, recommended_action };
    }
    this.theirs = null;
    this.state = "typing";
    this.typed();
    void this.save();
  }

  stop(): void {
    void this.save();
  }
}

