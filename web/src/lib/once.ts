// Acts that are done once, however often they are sent: again where the service is away for a moment, under the same key.
import { ask, passes } from "./api";

const PAUSES = [100, 300, 600, 1200, 2400, 4800];

/** A text that nobody else has. */
export function random(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function once<T>(act: (header: { "Idempotency-Key": string }) => Parameters<typeof ask<T>>[0]): Promise<T> {
  const header = { "Idempotency-Key": random() };
  for (const pause of [...PAUSES, null]) {
    try {
      return await ask(act(header));
    } catch (error) {
      if (!passes(error) || pause === null) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, (error.after ?? 0) * 1000)));
    }
  }
  throw new Error("unreachable");
}
