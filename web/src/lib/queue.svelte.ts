// The queue that was looked at last. The reader goes through it, and who comes back finds it as it was.
import { questionOf } from "./filters";
import { Rows } from "./rows.svelte";

class Queue {
  rows = $state.raw<Rows | null>(null);
  /** The row that is chosen. */
  at = $state(0);
  #key = "";
  address = $state.raw(new URLSearchParams());
  /** The reader is to begin with the note. */
  note = false;

  /** Asks what the address says, unless that is what is here already. */
  open(address: URLSearchParams): void {
    const question = questionOf(address);
    const key = JSON.stringify(question);
    if (key === this.#key && this.rows !== null) return;
    this.#key = key;
    this.address = address;
    this.at = 0;
    this.again();
  }

  /** Asks anew. */
  again(): void {
    this.rows?.stop();
    this.rows = new Rows(questionOf(this.address));
  }

  /** Moves the choice, within what there is. Answers the row, if it is known. */
  move(by: number) {
    const total = this.rows?.total ?? 0;
    this.at = Math.max(0, Math.min(total - 1, this.at + by));
    return this.rows?.row(this.at);
  }

  close(): void {
    this.rows?.stop();
    this.rows = null;
    this.#key = "";
  }
}

export const queue = new Queue();
