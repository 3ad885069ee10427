// What is often recommended: one key each, as the person likes them.

export interface Verdict {
  /** Empty where another one has it. */
  key: string;
  action: string;
}

const KEPT = "bugscrub-verdicts";
const USUAL = "c close as stale\ni needs info\na good first issue\nw needs review\nm merge\nd discuss";
/** Keys that do something else in the reader, or in a scrub. */
const TAKEN = "jkxyenpugo?123456789/fsbht";

/** A line each: the key, a space, the action. */
let lines = $state(localStorage.getItem(KEPT) ?? USUAL);

export const verdicts = {
  get lines() {
    return lines;
  },
  set lines(value: string) {
    lines = value;
    localStorage.setItem(KEPT, value);
  },
  get all(): Verdict[] {
    const found = lines.split("\n").map((line) => ({ key: line.slice(0, 1), action: line.slice(1).trim() }));
    const free = found.map(({ key, action }, at) => ({ action, key: TAKEN.includes(key) || found.findIndex((other) => other.key === key) < at ? "" : key }));
    return free.filter(({ action }, at) => action !== "" && free.findIndex((other) => other.action === action) === at);
  },
};
