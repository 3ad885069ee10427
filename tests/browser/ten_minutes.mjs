// Ten minutes of a maintainer with 1,500 open items, by keyboard alone: what is read, pressed and waited for. What a person takes
// to read and to press is assumed (see `PACE`); what the page takes is measured. Beside it stands what the same decisions take in
// the spreadsheet of the same queue. By hand; needs what `million.mjs` needs.
//
//     node ten_minutes.mjs BROWSER FOLDER [PROGRAM]
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { issue, repository, start, TOKEN } from "./service.mjs";

const [executablePath, folder, program] = process.argv.slice(2);
const ITEMS = 1_500;
/** Seconds: to read an item, for a press of a key, for a letter typed. */
const PACE = { read: 12, press: 0.3, letter: 0.2 };
/** What is decided, again and again: nothing to do, a verdict by its key, or a sentence. */
const DECISIONS = ["", "", "c", "", "i", "", "", "f", "", "Ask whether it still happens with the last version"];
const DAY = 86_400_000;

async function filled() {
  const service = await start(resolve(folder), program);
  const parts = ["The reconciler", "A secret", "The webhook", "A chart", "The cache", "An upgrade"];
  const does = ["is forgotten after a restart", "takes twice the memory", "fails on IPv6", "is logged in full", "waits for ever", "cannot be turned off"];
  for (let number = 1 + (await service.total()); number <= ITEMS; number += 1) {
    const at = new Date(Date.now() - (30 + number) * DAY).toISOString().replace(/\.\d+/, "");
    const widgets = repository(1 + (number % 6), ["widgets", "gears", "docs", "charts", "site", "tools"][number % 6]);
    const title = `${parts[number % parts.length]} ${does[(number * 7) % does.length]} (${number})`;
    const body = `Since the last version ${title.toLowerCase()}.\n\nSteps:\n\n1. Install it.\n2. Wait an hour.\n\n\`\`\`\nerror: not found\n\`\`\``;
    const opened = issue(widgets, number, { title, body, author: `author-${number % 90}`, at });
    await service.deliver("issues", "opened", widgets, opened);
    const said = new Date(Date.parse(at) + 5 * DAY).toISOString().replace(/\.\d+/, "");
    if (number % 3 === 0) await service.deliver("issue_comment", "created", widgets, { ...opened, comments: 1, updated_at: said }, service.comment(number, "grace", "Can you show your settings?", said));
  }
  return service;
}

const service = await filled();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"] });
const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en" })).newPage();
await page.goto(service.address);
await page.getByLabel("Token", { exact: true }).fill(TOKEN);
await page.keyboard.press("Enter");
await page.getByRole("heading", { name: "What there is to do" }).waitFor();

const tally = { items: 0, noted: 0, presses: 0, letters: 0, waits_ms: [] };
let clock = 0;
async function press(key) {
  tally.presses += 1;
  clock += PACE.press;
  await page.keyboard.press(key);
}
async function type(text) {
  tally.letters += text.length;
  clock += PACE.letter * text.length;
  await page.keyboard.type(text);
}
/** Waits until what a press led to is there. */
async function wait(there) {
  const begun = performance.now();
  await there();
  const took = performance.now() - begun;
  tally.waits_ms.push(took);
  clock += took / 1000;
}
const whole = async () => {
  await page.getByRole("heading", { name: "Why it stands here" }).waitFor();
  await page.locator("[data-entry]").first().waitFor();
};

// The address of everything open, of it what was not read in this round, and the first item.
await page.goto(`${service.address}/queue?view=open`);
await wait(() => page.locator("[data-row]").first().waitFor());
await press("/");
await type("unread");
await wait(() => page.locator("#suggestions [role=option]").first().waitFor());
await press("Enter");
await wait(() => page.waitForURL(/unread=true/));
await wait(() => page.locator("[data-row]").first().waitFor());
await press("Escape");
await press("o");
await wait(whole);
const first = new URL(page.url()).pathname;
while (clock < 600) {
  clock += PACE.read;
  tally.items += 1;
  const decision = DECISIONS[tally.items % DECISIONS.length];
  if (decision.length === 1) await press(decision);
  else if (decision !== "") {
    await press("e");
    await type(decision);
    await press("Escape");
  }
  if (decision !== "") {
    tally.noted += 1;
    await wait(() => page.getByText("Saved", { exact: true }).waitFor());
  }
  const here = page.url();
  await press("y");
  await wait(async () => {
    await page.waitForURL((url) => url.href !== here);
    await whole();
  });
}
const coverage = await (await service.ask("/api/v1/stats/coverage?view=open")).json();
const sorted = [...tally.waits_ms].sort((one, other) => one - other);
const round = (value) => Math.round(value);
const here = {
  ...tally,
  waits_ms: { all: round(sorted.reduce((sum, each) => sum + each, 0)), median: round(sorted[sorted.length >> 1]), worst: round(sorted.at(-1)), times: sorted.length },
  presses_an_item: Math.round((tally.presses / tally.items) * 10) / 10,
  read_in_round: coverage.read_in_round,
};

// The spreadsheet: what is measured are the ways out and in; the presses are those that one item takes.
const timed = async (work) => {
  const begun = performance.now();
  const result = await work();
  return [round(performance.now() - begun), result];
};
const [exported, file] = await timed(async () => Buffer.from(await (await service.ask("/api/v1/queue.xlsx?view=open")).arrayBuffer()));
const [tried, answer] = await timed(async () => (await service.ask("/api/v1/sheets?dry_run=true", { method: "POST", body: file })).json());
// From the cell Link: open it, close its tab, to Read yet?, x, the next row, back to Link.
const READ = ["Alt+Enter", "Ctrl+W", "Left", "x", "Down", "Right"];
// From there to Recommend Action and back; the verdict is typed, or its beginning and Enter where the program completes it.
const VERDICT = ["Left", "Left", "Left", "Enter", "Up", "Right", "Right", "Right"];
const COMMENT = ["Right", "Enter", "Up", "Left"];
let sheet = { presses: 0, letters: 0, pages_of_github: 0 };
for (let item = 1; item <= tally.items; item += 1) {
  const decision = DECISIONS[item % DECISIONS.length];
  sheet.presses += READ.length + (decision.length === 1 ? VERDICT.length : decision === "" ? 0 : COMMENT.length);
  sheet.letters += decision.length === 1 ? { c: "close as stale", i: "needs info", f: "good first issue" }[decision].length : decision.length;
  sheet.pages_of_github += 1;
}
sheet = { ...sheet, presses_an_item: Math.round((sheet.presses / tally.items) * 10) / 10, bytes: file.length, export_ms: exported, dry_run_ms: tried, rows: answer.rows?.length ?? null };
console.log(JSON.stringify({ open: await service.total(), from: first, page: here, spreadsheet: sheet }, null, 2));
await browser.close();
await service.stop();
