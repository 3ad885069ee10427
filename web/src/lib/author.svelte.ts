// By which name somebody acts who came with a token that several may have. Whoever is signed in is always themselves.
import { session } from "./session.svelte";

const KEPT = "bugscrub-name";

let chosen = $state.raw(localStorage.getItem(KEPT) ?? "");

export const author = {
  /** The name that was chosen; empty if none was. */
  get chosen() {
    return chosen;
  },
  set chosen(value: string) {
    chosen = value.trim().slice(0, 100);
    localStorage.setItem(KEPT, chosen);
  },
  /** What others see. */
  get name(): string {
    return session.person ?? (chosen === "" ? (session.name ?? "nobody") : chosen);
  },
};

/** What an act says of who does it. */
export function by(): { by?: string } {
  return session.person === null && chosen !== "" ? { by: chosen } : {};
}
