// Who asks. A token of the API is pasted once and kept until the tab is closed. This is the one place that knows how
// requests carry it: where a cookie does, `headers` is empty and `begin` has nothing to find.

const KEPT = "bugscrub-token";

let token = $state.raw(sessionStorage.getItem(KEPT));
/** Whether the service knows us: `null` until it was asked. */
let known = $state.raw<boolean | null>(null);

export const session = {
  get known() {
    return known;
  },
  set known(value: boolean | null) {
    known = value;
  },
  get token() {
    return token;
  },
};

/** The headers of every request to the API. */
export function headers(): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

export function signIn(pasted: string): void {
  token = pasted.trim();
  known = null;
  sessionStorage.setItem(KEPT, token);
}

export function signOut(): void {
  token = null;
  known = false;
  sessionStorage.removeItem(KEPT);
}

/** Takes the token out of the address to which `make demo` leads. It stands behind the `#`, which no server sees. */
export function begin(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  const own = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  if (given === null || !own) return;
  signIn(given);
  history.replaceState(null, "", location.pathname + location.search);
}
