// The API's client, typed by its description.
import createClient from "openapi-fetch";
import { root } from "./place.svelte";
import type { components, paths } from "./schema";
import { headers, unknown } from "./session.svelte";
import { plural } from "./words";

export type Schemas = components["schemas"];
export type Row = Schemas["QueueRow"];
export type Problem = Schemas["Problem"];

export const api = createClient<paths, "application/json">({ baseUrl: root.slice(0, -1) });
api.use({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headers())) request.headers.set(name, value);
  },
  onResponse({ response }) {
    if (response.status === 401) unknown();
  },
});

/** A request that did not get what it asked for. Status 0: the service was not reached. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem> | undefined,
    /** Seconds after which it is worth asking again. */
    readonly after: number | null,
  ) {
    super(problem?.detail ?? problem?.title ?? words(status));
  }
}

function words(status: number): string {
  return status === 0 ? "The service cannot be reached." : `The service answered with the status ${String(status)}.`;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, with the answer; a {@link Refusal} is thrown otherwise. */
export async function whole<T>(asked: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  let answer;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(0, undefined, null);
  }
  const { data, error, response } = answer;
  // An answer without a body, such as 204, has no data.
  if (response.ok) return { data: data as T, response };
  const after = Number(response.headers.get("Retry-After"));
  const problem = typeof error === "object" && error !== null ? (error as Partial<Problem>) : undefined;
  throw new Refusal(response.status, problem, after > 0 ? after : null);
}

export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await whole(asked)).data;
}

/** Whether it may help to ask again. */
export function passes(error: unknown): error is Refusal {
  return error instanceof Refusal && [0, 429, 502, 503, 504].includes(error.status);
}

/** An error in words: what happened, and what to do about it. `byItself`: it is asked again without being told to. */
export function told(error: unknown, byItself = false): string {
  if (!(error instanceof Refusal)) return `The page itself failed: ${String(error)}`;
  const { message, status, after } = error;
  const when = after === null ? "" : ` in ${plural(after, "second")}`;
  const again = byItself ? ` It is asked again by itself${when}.` : after === null ? "" : ` Try again${when}.`;
  switch (status) {
    case 0:
      return `${message} Nothing that you typed is lost.${again}`;
    case 403:
      return `${message} Ask an administrator for the right to do it.`;
    case 410:
      return `${message} It was there before.`;
    case 429:
      return `Too many requests.${again}`;
    case 502:
    case 503:
    case 504:
      return `${message}${again}`;
    default:
      return message;
  }
}

/** Loads something, again where the service is away for a moment. */
export async function patient<T>(load: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await load();
    } catch (error) {
      if (!passes(error) || tries >= 4 || signal?.aborted === true) throw error;
      const seconds = Math.min(error.after ?? 2 ** tries / 2, 15);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
