// Measures the page over a million open items: how soon the first row is there, for how long the list is blank while it is
// scrolled, and what memory its tab takes. By hand: it takes minutes, and depends on the machine. Needs `npm ci` in this folder and
// psql, and the program with its page (`make demo` builds them). The database stays in FOLDER, and is used again.
//
//     node million.mjs BROWSER FOLDER [PROGRAM]
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { issue, project, repository, start, TOKEN } from "./service.mjs";

const [executablePath, folder, program] = process.argv.slice(2);
const [REPOSITORIES, EACH] = [10_000, 100];

/** One delivery makes the account; its rows are copied in the database. */
async function seeded() {
  const first = await start(resolve(folder), program);
  if ((await first.total()) >= REPOSITORIES * EACH) return first;
  const widgets = repository(1, "widgets");
  const labels = [{ id: 1, name: "bug", color: "d73a4a" }];
  await first.deliver("issues", "opened", widgets, issue(widgets, 1, { title: "One", labels, at: "2026-01-01T00:00:00Z" }));
  const psql = ["-q", "-X", "-v", "ON_ERROR_STOP=1", "-v", `repositories=${REPOSITORIES}`, "-v", `each=${EACH}`];
  execFileSync("psql", [...psql, "-f", join(project, "benches/bench/seed.sql"), first.database()], { stdio: "inherit" });
  await first.stop();
  return start(resolve(folder), program);
}

const service = await seeded();
const { address } = service;
const figures = { items: await service.total() };
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--enable-precise-memory-info", "--js-flags=--expose-gc"];
const browser = await chromium.launch({ executablePath, args });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en" });
// When the first row is there, and what is seen at each frame from then on.
await context.addInitScript(() => {
  const seen = (window.seen = { first: 0, blank: 0, longest: 0, partly: 0, partlyLongest: 0, frames: 0, slowest: 0 });
  let before = 0;
  // Looks at what was drawn: after a frame, not before it.
  const { port1, port2 } = new MessageChannel();
  const look = () => {
    const now = performance.now();
    const list = document.querySelector(".list");
    if (list !== null) {
      const { top, bottom } = list.getBoundingClientRect();
      let [whole, empty] = [0, 0];
      for (const row of list.querySelectorAll("[role=listitem]")) {
        const at = row.getBoundingClientRect();
        if (at.bottom <= top || at.top >= bottom) continue;
        if (row.querySelector("[data-row]") === null) empty += 1;
        else whole += 1;
      }
      if (whole > 0 && seen.first === 0) seen.first = now;
      if (seen.first > 0 && before > 0) {
        const took = now - before;
        seen.blank = whole === 0 ? seen.blank + took : 0;
        seen.partly = empty > 0 ? seen.partly + took : 0;
        seen.longest = Math.max(seen.longest, seen.blank);
        seen.partlyLongest = Math.max(seen.partlyLongest, seen.partly);
        seen.slowest = Math.max(seen.slowest, took);
        seen.frames += 1;
      }
    }
    before = now;
    requestAnimationFrame(() => port2.postMessage(null));
  };
  port1.onmessage = look;
  requestAnimationFrame(() => port2.postMessage(null));
});
const page = await context.newPage();
await page.goto(address);
await page.getByLabel("Token", { exact: true }).fill(TOKEN);
await page.keyboard.press("Enter");
await page.getByRole("heading", { name: "What there is to do" }).waitFor();

const cdp = await context.newCDPSession(page);
const memory = async () => {
  await page.evaluate(() => window.gc());
  const { metrics } = await cdp.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { heap_mb: Math.round(of("JSHeapUsedSize") / 1e5) / 10, nodes: of("Nodes") };
};
await cdp.send("Performance.enable");

// From the navigation to the frame that shows a row. A browser that has not been here has nothing kept of the page.
const opened = [];
for (let turn = 0; turn < 7; turn += 1) {
  await cdp.send("Network.clearBrowserCache");
  await page.goto(`${address}/queue`);
  await page.waitForFunction(() => window.seen.first > 0);
  opened.push(Math.round(await page.evaluate(() => window.seen.first)));
}
figures.first_row_ms = { each: opened, worst: Math.max(...opened) };
figures.memory_at_first = await memory();

/** Scrolls as somebody would, and says what was seen meanwhile. */
async function scrolled(name, how) {
  await page.evaluate(() => Object.assign(window.seen, { blank: 0, longest: 0, partly: 0, partlyLongest: 0, frames: 0, slowest: 0 }));
  await how();
  await page.evaluate(() => (window.since = performance.now()));
  // Until the rows are those of the place, and stay.
  await page.waitForFunction(() => {
    const last = [...document.querySelectorAll("[role=listitem]")].at(-1)?.ariaPosInSet;
    if (window.seen.partly > 0 || last !== window.last) [window.last, window.since] = [last, performance.now()];
    return performance.now() - window.since > 600;
  });
  const { longest, partlyLongest, frames, slowest } = await page.evaluate(() => window.seen);
  const at = await page.locator("[role=listitem] [data-row]").last().evaluate((link) => Number(link.closest("[role=listitem]").ariaPosInSet));
  figures[name] = { blank_ms: Math.round(longest), partly_blank_ms: Math.round(partlyLongest), frames, slowest_frame_ms: Math.round(slowest), row: at, ...(await memory()) };
}
/** Drags the scroll bar from one share of the list to another, in so many seconds. */
const drag = (from, to, seconds) =>
  page.locator(".list").evaluate(
    (list, [from, to, seconds]) =>
      new Promise((done) => {
        const begun = performance.now();
        const step = (now) => {
          const share = Math.min(1, (now - begun) / (seconds * 1000));
          list.scrollTop = (from + (to - from) * share) * (list.scrollHeight - list.clientHeight);
          if (share < 1) requestAnimationFrame(step);
          else done();
        };
        requestAnimationFrame(step);
      }),
    [from, to, seconds],
  );
await scrolled("dragged_to_the_end_in_10_s", () => drag(0, 1, 10));
await scrolled("and_back", () => drag(1, 0, 10));
await scrolled("dragged_to_the_end_in_1_s", () => drag(0, 1, 1));
await scrolled("and_back_in_1_s", () => drag(1, 0, 1));
await page.locator(".list").focus();
await scrolled("end_key", () => page.keyboard.press("End"));
await scrolled("home_key", () => page.keyboard.press("Home"));
await scrolled("a_hundred_pages_down_by_key", async () => {
  for (let turn = 0; turn < 100; turn += 1) await page.keyboard.press("PageDown");
});
await page.locator(".list").hover();
await scrolled("ten_thousand_pixels_by_wheel_a_hundred_times", async () => {
  for (let turn = 0; turn < 100; turn += 1) await page.mouse.wheel(0, 10_000);
});
await scrolled("j_for_a_thousand_rows", async () => {
  for (let turn = 0; turn < 1_000; turn += 1) await page.keyboard.press("j");
});
figures.memory_at_last = await memory();
const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
const resident = (pid) => Math.round((Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024) / 1e6);
if (process.platform === "linux") figures.resident_mb = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => resident(id));
console.log(JSON.stringify(figures, null, 2));
await browser.close();
await service.stop();
