// Light, dark, or as the system has it.

export type Theme = "system" | "light" | "dark";
const KEPT = "bugscrub-theme";

function read(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "system";
}

let chosen = $state.raw(read());

function show(): void {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
show();

export const theme = {
  get chosen() {
    return chosen;
  },
  set chosen(value: Theme) {
    chosen = value;
    if (value === "system") localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, value);
    show();
  },
};
