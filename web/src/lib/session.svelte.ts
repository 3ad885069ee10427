// Who asks. This is the one place that knows how requests say it: by the session's cookie, which the browser sends by
// itself, or, of a service that has no sessions, by a token that is kept until the tab is closed.
import { root } from "./place.svelte";

const KEPT = "bugscrub-token";

let token = $state.raw(sessionStorage.getItem(KEPT));
/** Whether the service knows us: `null` until it was asked. */
let known = $state.raw<boolean | null>(null);
/** The name by which it knows us; `null` if it tells none. */
let name = $state.raw<string | null>(null);
/** The login of a person; `null` for a token that is nobody's own. */
let person = $state.raw<string | null>(null);
let scopes = $state.raw<readonly unknown[]>([]);
let refused = $state.raw(false);
/** A session ended while it was used. */
let ended = $state.raw(false);
/** It knows nobody, and lets anybody read. */
let nobody = $state.raw(false);

export const session = {
  get known() {
    return known;
  },
  get name() {
    return name;
  },
  get nobody() {
    return nobody;
  },
  get person() {
    return person;
  },
  /** Whether acts in a scrub are allowed: the service said so. */
  get scrubs() {
    return scopes.includes("scrub");
  },
  /** Whether a token was refused just now. */
  get refused() {
    return refused;
  },
  /** Whether the service has just come to know us no more. */
  get ended() {
    return ended;
  },
};

/** The headers of every request to the API. */
export function headers(): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

function post(path: string, body?: unknown): Promise<Response> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return fetch(`${root}auth/${path}`, { method: "POST", ...sent });
}

/** The service did not know us. */
export function unknown(): void {
  if (known === true && nobody) return;
  const before = known === true;
  const pasted = token !== null;
  forget();
  refused = pasted && !before;
  ended = before;
}

/** Asks who one is. */
export function forget(): void {
  token = null;
  nobody = false;
  name = null;
  person = null;
  scopes = [];
  known = false;
  refused = false;
  ended = false;
  sessionStorage.removeItem(KEPT);
}

/** Asks by which name the service knows us. */
export function askMe(): Promise<Response | null> {
  return fetch(`${root}api/v1/me`, { headers: headers() }).catch(() => null);
}

/** The service answered us, and was asked by which name it knows us. */
export async function recognized(asked: Promise<Response | null>): Promise<void> {
  try {
    // It may have been away then.
    const answer = (await asked) ?? (await askMe());
    const me = (answer?.ok ? await answer.json() : {}) as { name?: unknown; person?: { login?: string } | null; token?: unknown; scopes?: unknown[] };
    // Where anybody may read, it knows us as nobody.
    nobody = answer?.status === 401 || (answer?.ok === true && !me.person && !me.token);
    person = me.person?.login ?? null;
    scopes = me.scopes ?? [];
    name = typeof me.name === "string" && !nobody ? me.name : null;
  } catch {
    // It is known without a name too.
    name = null;
  }
  refused = false;
  ended = false;
  known = true;
}

/** Begins a session with a token. Throws if the service is not reached. */
export async function signIn(pasted: string): Promise<void> {
  const answer = await post("token-session", { token: pasted.trim() });
  if (answer.status === 401) {
    refused = true;
    return;
  }
  token = answer.status === 204 ? null : pasted.trim();
  if (token !== null) sessionStorage.setItem(KEPT, token);
  refused = false;
  known = null;
}

export async function signOut(): Promise<void> {
  if (token === null) await post("sign-out").catch(() => null);
  forget();
}

/** Whether people can sign in with GitHub here. */
export async function withGitHub(): Promise<boolean> {
  try {
    // It begins nothing: a sign-in of another tab may be under way.
    return (await fetch(`${root}auth/sign-in?check=true`)).status === 204;
  } catch {
    return false;
  }
}

export function signInAddress(): string {
  return `${root}auth/sign-in?${new URLSearchParams({ return_to: location.pathname + location.search }).toString()}`;
}

/** Takes the token out of the address to which `make demo` leads. It stands behind the `#`, which no server sees. */
export async function begin(): Promise<void> {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  const own = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  if (given === null || !own) return;
  history.replaceState(null, "", location.pathname + location.search);
  // Nobody who is signed in becomes somebody else by a link.
  const answer = await fetch(`${root}api/v1/me`, { headers: headers() }).catch(() => null);
  const me = (answer?.ok ? await answer.json() : {}) as { person?: unknown; token?: unknown };
  if (!me.person && !me.token) await signIn(given);
}
