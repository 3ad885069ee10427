// Numbers and times in words.

const count = new Intl.NumberFormat("en");

export function number(value: number): string {
  return count.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** Whole days in words: `today`, `5 days`, `7 weeks`, `2 years`. */
export function days(value: number): string {
  if (value < 1) return "today";
  if (value < 21) return plural(value, "day");
  if (value < 90) return plural(Math.floor(value / 7), "week");
  if (value < 730) return plural(Math.floor(value / 30.44), "month");
  return plural(Math.floor(value / 365.25), "year");
}

export function ago(value: number): string {
  return value < 1 ? "today" : `${days(value)} ago`;
}

/** How long ago a moment was. */
export function since(moment: string | null, now = Date.now()): string {
  if (moment === null) return "never";
  const seconds = Math.max(0, (now - Date.parse(moment)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${plural(Math.floor(seconds / 60), "minute")} ago`;
  if (seconds < 86_400) return `${plural(Math.floor(seconds / 3600), "hour")} ago`;
  return ago(Math.floor(seconds / 86_400));
}

export function day(moment: string): string {
  return moment.slice(0, 10);
}

/** A word of the API as people write it: `changes_requested`, `longest-waiting`. */
export function spaced(word: string): string {
  return word.replaceAll(/[_-]/g, " ");
}
