// Shortcuts: one key each, never with a modifier and never while one types, so none is the browser's own. They can be
// switched off.

const OFF = "bugscrub-keys-off";

export interface Key {
  /** As `KeyboardEvent.key` says it. */
  key: string;
  /** What it does, in words. */
  does: string;
  run: () => void;
}

let on = $state.raw(localStorage.getItem(OFF) === null);
const layers: Key[][] = [];
let offered = $state.raw<readonly Key[]>([]);

export const keys = {
  get on() {
    return on;
  },
  set on(value: boolean) {
    on = value;
    if (value) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
  },
  /** Those that do something now. */
  get offered() {
    return offered;
  },
};

/** Offers keys until the answer is called; what is offered last comes first. */
export function offer(these: Key[]): () => void {
  layers.unshift(these);
  offered = layers.flat();
  return () => {
    layers.splice(layers.indexOf(these), 1);
    offered = layers.flat();
  };
}

function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

export function pressed(event: KeyboardEvent): void {
  // Out of a field, so that keys count again.
  if (event.key === "Escape" && !event.defaultPrevented && types(event.target)) (event.target as HTMLElement).blur();
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (!on || modified || event.isComposing || event.defaultPrevented || types(event.target)) return;
  if (document.querySelector("dialog[open]") !== null) return;
  const found = offered.find(({ key }) => key === event.key);
  if (found === undefined) return;
  event.preventDefault();
  found.run();
}
