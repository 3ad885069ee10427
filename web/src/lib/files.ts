// Files of a scrub, which need the session to be asked for, and texts for the clipboard.
import { Refusal } from "./api";
import { root } from "./place.svelte";
import { headers } from "./session.svelte";

/** A file of a scrub, such as `minutes.md`. */
export async function fileOf(number: number, file: string, account: string | undefined, further: Record<string, string> = {}): Promise<Blob> {
  const query = new URLSearchParams({ ...(account === undefined ? {} : { account }), ...further }).toString();
  const answer = await fetch(`${root}api/v1/scrubs/${String(number)}/${file}${query === "" ? "" : `?${query}`}`, { headers: headers() }).catch(() => {
    throw new Refusal(0, undefined, null);
  });
  if (!answer.ok) throw new Refusal(answer.status, undefined, null);
  return answer.blob();
}

export function nameOf(number: number, file: string): string {
  return `scrub-${String(number).padStart(4, "0")}-${file}`;
}

/** Has the browser save it. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Whether it is in the clipboard; browsers give it to secure addresses only. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
