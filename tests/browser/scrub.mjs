// A scrub that several hold together, each in a browser of their own, on two replicas behind a proxy. Prints what it saw, as
// JSON in the last line. A line `kill` before asks that the replica `two` be killed; a line on standard input says that it is.
// BUGSCRUB_ROOM_STEPS says of how many steps the time is taken, and BUGSCRUB_ROOM_ACTS how many acts five people do at random.
//
//     node scrub.mjs BROWSER ADDRESS TOKEN PICTURES SEED [PART]
import { mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { start } from "./tabs.mjs";

const [executablePath, address, token, pictures, seed, only] = process.argv.slice(2);
mkdirSync(pictures, { recursive: true });
const saw = { axe: [], wide: [], violations: [], faults: [], elsewhere: [], steps: [], figures: {} };
const { browser, come, look, everyLook } = await start(executablePath, address, pictures, saw);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const step = (name, value = true) => saw.steps.push([name, value]);

const at = (page, place) => page.locator(".bar").getByText(`row ${place} of`).waitFor();
const comment = (page) => page.getByLabel("Comment", { exact: true });
const saved = (page) => page.getByText("Saved", { exact: true }).waitFor();
const announced = (page, words) => page.waitForFunction((words) => window.announced.some(([, said]) => said.includes(words)), words);
const api = async (page, path) => {
  const answer = await page.request.get(`${address}/api/v1/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
  return answer.json();
};

/** Opens a scrub by keyboard alone. Answers the way to it. */
async function begin({ page }, view, limit) {
  await page.goto(`${address}/`);
  await page.getByRole("heading", { name: "What there is to do" }).waitFor();
  await page.keyboard.press("5");
  await page.getByLabel("What is read").locator("option", { hasText: view }).waitFor({ state: "attached" });
  await page.getByLabel("What is read").focus();
  await page.keyboard.type(view);
  await page.waitForURL(/view=/);
  await page.getByLabel("How many rows at most").focus();
  await page.keyboard.type(String(limit));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/scrubs\/\d+/);
  return page.url();
}

async function together() {
  const ada = await come("ada", token, { replica: "one" });
  const grace = await come("grace", token, { replica: "two" });
  const link = await begin(ada, "Everything open", 20);
  await at(ada.page, 1);
  await grace.page.goto(link);
  await at(grace.page, 1);
  await ada.page.locator(".came").getByText("grace came.").waitFor();
  step("who comes is shown at once");
  await everyLook(ada.page, "scrub");
  await ada.page.getByRole("button", { name: "Seen" }).click();

  await ada.page.keyboard.press("x");
  await at(grace.page, 2);
  await announced(grace.page, "The group is at row 2 of 20: ");
  step("an act in one is seen in the other, and announced");

  // A draft is never lost, and a focused field stops nothing silently.
  await saved(grace.page);
  await comment(grace.page).fill("Asked twice");
  await ada.page.keyboard.press("x");
  await grace.page.getByText("The group is at row 3; you are writing at row 2").waitFor();
  await announced(grace.page, "The group is at row 3 of 20");
  await comment(grace.page).pressSequentially(", no answer: jkxsbuf");
  step("who writes stays at the row", await comment(grace.page).inputValue());
  step("and the address says so", new URL(grace.page.url()).search);
  await look(grace.page, "scrub-apart-light");
  await grace.page.keyboard.press("Escape");
  await grace.page.keyboard.press("f");
  await at(grace.page, 3);
  await grace.page.getByText("following @ada").waitFor();
  await grace.page.keyboard.press("k");
  await at(grace.page, 2);
  await saved(grace.page);
  step("the draft stayed with its row", await comment(grace.page).inputValue());

  // Look around, and bring the group.
  await grace.page.keyboard.press("h");
  await at(ada.page, 2);
  step("one brings the group to where they look");
  await ada.page.keyboard.press("b");
  await at(grace.page, 1);
  await ada.page.keyboard.press("u");
  await at(grace.page, 2);
  step("a step is taken back");
  await ada.page.keyboard.press("s");
  await at(grace.page, 3);
  await ada.page.keyboard.press("x");
  await at(grace.page, 4);
  await ada.page.keyboard.press("u");
  await at(grace.page, 3);
  const { rows } = await api(ada.page, `${link.split("/").slice(3).join("/").replace("?", "/deck?")}${link.includes("?") ? "" : "/deck"}`);
  step("a reading is taken back", rows.slice(0, 4).map(({ status }) => status));

  // A note is seen as it is written, and its key does what the form does.
  await saved(ada.page);
  await ada.page.keyboard.press("c");
  await grace.page.waitForFunction(() => document.querySelector("#action")?.value === "close as stale");
  await comment(ada.page).fill("Nobody has asked since");
  await grace.page.waitForFunction(() => document.querySelector("#comment")?.value === "Nobody has asked since");
  step("a note is seen as it is written");
  await ada.page.keyboard.press("Escape");

  // The deck is divided.
  await grace.page.keyboard.press("t");
  await at(grace.page, 4);
  await ada.page.getByText("grace reads it").first().waitFor();
  await look(ada.page, "scrub-divided-light");
  await ada.page.keyboard.press("x");
  await at(ada.page, 14);
  step("the group passes over rows that somebody took");
  await grace.page.keyboard.press("x");
  await at(grace.page, 5);
  await grace.page.getByRole("button", { name: "Give them back" }).click();
  await grace.page.getByRole("button", { name: "Take the next 10 rows" }).waitFor();
  await grace.page.keyboard.press("f");
  await at(grace.page, 14);
  step("rows are read by who took them, and given back");

  // The time and the host.
  await ada.page.getByText("Time", { exact: true }).click();
  await ada.page.getByLabel("For a row").selectOption("30");
  await grace.page.getByRole("timer", { name: "Time left for this row" }).waitFor();
  await ada.page.getByText("Time", { exact: true }).click();
  await ada.page.getByLabel("Hand the scrub over to").selectOption("grace");
  await ada.page.getByText("following @grace").waitFor();
  step("the time is shared, and the scrub handed over");
  await latency(ada, grace);
  await killed(ada, grace);
  await ending(grace, ada);
  await ada.leave();
  await grace.leave();
}

/** How long an act takes from the key to the other's announcement. */
async function latency(ada, grace) {
  const took = [];
  const steps = Number(process.env.BUGSCRUB_ROOM_STEPS ?? 20);
  let place = Number(/row (\d+) of/.exec(await ada.page.locator("header.bar").innerText())[1]);
  for (let act = 0; act < steps; act += 1) {
    const back = place > 14;
    await grace.page.evaluate(() => (window.announced = []));
    const pressed = Date.now();
    await ada.page.keyboard.press(back ? "b" : "s");
    place += back ? -1 : 1;
    await announced(grace.page, `The group is at row ${place} of`);
    took.push((await grace.page.evaluate(() => window.announced.at(-1)[0])) - pressed);
    await at(ada.page, place);
  }
  took.sort((one, other) => one - other);
  const of = (part) => took[Math.min(steps - 1, Math.floor(steps * part))];
  saw.figures.ms = { steps, median: of(0.5), p99: of(0.99), most: took.at(-1) };
}

/** The replica of one of them is killed while they write. */
async function killed(ada, grace) {
  const place = Number(/row (\d+) of/.exec(await grace.page.locator("header.bar").innerText())[1]);
  await saved(grace.page);
  await comment(grace.page).focus();
  await grace.page.keyboard.type("Before, ");
  console.log("kill");
  await lines.next();
  const gone = Date.now();
  await grace.page.keyboard.type("and after.");
  await saved(grace.page);
  saw.figures.saved_after_ms = Date.now() - gone;
  step("a draft outlives its replica", await comment(grace.page).inputValue());
  await grace.page.keyboard.press("Escape");
  await ada.page.keyboard.press("b");
  await at(grace.page, place - 1);
  saw.figures.live_after_ms = Date.now() - gone;
  step("and the group goes on");
  await grace.page.reload();
  await at(grace.page, place - 1);
  step("a page that is opened again is where the group is");
}

async function ending(host, other) {
  await host.page.getByRole("button", { name: "End", exact: true }).click();
  await look(host.page, "scrub-ending-light");
  await host.page.getByRole("button", { name: "End it" }).click();
  await host.page.getByRole("heading", { name: "the minutes", exact: false }).waitFor();
  await other.page.getByRole("heading", { name: "the minutes", exact: false }).waitFor();
  await announced(other.page, "The scrub is closed.");
  const area = host.page.getByLabel("You may change them", { exact: false });
  await area.waitFor();
  await area.fill(`${await area.inputValue()}\nThanks to all who came.\n`);
  await host.page.getByRole("button", { name: "Copy as Markdown" }).click();
  await host.page.getByText(/The minutes are copied|press Ctrl\+C/).waitFor();
  const downloading = host.page.waitForEvent("download");
  await host.page.getByRole("button", { name: "Download" }).click();
  const text = readFileSync(await (await downloading).path(), "utf8");
  step("the minutes are edited and downloaded", [text.includes("Nobody has asked since"), text.endsWith("Thanks to all who came.\n")]);
  const sheet = host.page.waitForEvent("download");
  await host.page.getByRole("button", { name: "Sheet (XLSX)" }).click();
  step("and the sheet", (await sheet).suggestedFilename().endsWith("sheet.xlsx"));
  await everyLook(host.page, "minutes");
  await host.page.goto(`${address}/scrubs`);
  await host.page.getByRole("heading", { name: "Open a scrub" }).waitFor();
  await everyLook(host.page, "scrubs");
}

/** A generator of numbers below `most`, from a seed (mulberry32). */
function chance(seed) {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

const ACTS = Number(process.env.BUGSCRUB_ROOM_ACTS ?? 120);

/** Some press whatever they like. In the end there is one cursor, every row was met once, and no note is lost. */
async function atRandom() {
  const draw = chance(Number(seed));
  const people = [];
  for (const name of ["ada", "grace", "linus", "mary", "emmy"]) people.push(await come(name, token, { replica: "one" }));
  const link = await begin(people[0], "Needs triage", 30);
  for (const { page } of people) {
    if (page.url() !== link) await page.goto(link);
    await at(page, 1);
  }
  const number = Number(/scrubs\/(\d+)/.exec(link)[1]);
  const about = link.includes("account=") ? link.slice(link.indexOf("?")) : "";
  const deck = async () => (await api(people[0].page, `scrubs/${number}/deck${about}`)).rows;
  const holds = (words) => document.querySelector("#comment")?.value.includes(words) || Object.values(sessionStorage).some((kept) => kept.includes(words));
  const wrote = [];
  let nowhere = 0;
  for (let act = 0; act < ACTS; act += 1) {
    const { name, page } = people[draw(people.length)];
    const keep = page.getByRole("button", { name: "Keep mine" });
    // It may go with its row before it is pressed; the draft then waits there.
    if (await keep.isVisible()) await keep.click({ timeout: 2000 }).catch(() => undefined);
    const key = "xxxxssbuujkfhtwwwww"[draw(19)];
    if (key !== "w") {
      await page.keyboard.press("Escape");
      await page.keyboard.press(key);
      continue;
    }
    if (!(await comment(page).isVisible())) continue;
    const words = `${name} ${act};`;
    try {
      await comment(page).focus({ timeout: 2000 });
      await page.keyboard.press("End");
      await page.keyboard.type(words);
      // They are in the field, or in a draft of the row that it was of. Where the field went with its row meanwhile, keys are keys.
      if (await page.evaluate(holds, words)) wrote.push(words);
      else nowhere += 1;
    } catch {
      // The group went on meanwhile, and the field is another row's.
    }
  }
  // A draft that somebody else crossed waits at its row to be chosen.
  const kept = () => Object.keys(sessionStorage).filter((key) => key.startsWith("bugscrub-draft"));
  for (const { page } of people) {
    await page.keyboard.press("Escape");
    for (const key of await page.evaluate(kept)) {
      const number = key.split("#")[1];
      const place = (await deck()).find((row) => row.number === Number(number)).place;
      await page.goto(`${link}${link.includes("?") ? "&" : "?"}row=${place}`);
      await page.getByText(/^(Saved|Not saved)$/).waitFor();
      const keep = page.getByRole("button", { name: "Keep mine" });
      if (await keep.isVisible()) await keep.click();
      await saved(page);
    }
    await page.keyboard.press("f");
  }
  // An act may still be on its way: in the end all are where the cursor is.
  const places = () => Promise.all(people.map(async ({ page }) => /row (\d+) of/.exec(await page.locator("header.bar").innerText())?.[1] ?? null));
  const until = Date.now() + 20_000;
  let apart = "";
  do {
    const { cursor } = await api(people[0].page, `scrubs/${number}${about}`);
    const shown = await places();
    const ended = await Promise.all(people.map(({ page }) => page.getByRole("heading", { name: "Everything is read" }).count()));
    const together = cursor === null ? ended.every((count) => count === 1) : shown.every((place) => place === String(cursor));
    apart = together ? "" : `${cursor}: ${shown.join(" ")}`;
  } while (apart !== "" && Date.now() < until);
  step("all are at one cursor", apart === "" || apart);
  const rows = await deck();
  const lost = [];
  const twice = [];
  const texts = [];
  for (const { repository, number: item } of rows) {
    const { note, history } = await api(people[0].page, `items/${repository}/${item}/note`);
    texts.push(...[note, ...history].filter(Boolean).map(({ comment }) => comment));
    const { marks } = await api(people[0].page, `items/${repository}/${item}`);
    if (marks.filter(({ scrub }) => scrub === number).length > 1) twice.push(item);
  }
  for (const words of wrote) if (!texts.some((text) => text.includes(words))) lost.push(words);
  step("no note is lost, no row read twice", { lost, twice });
  saw.figures.random = { acts: ACTS, notes: wrote.length, nowhere, read: rows.filter(({ status }) => status === "read").length };
  for (const person of people) await person.leave();
}

for (const part of [together, atRandom]) {
  if (only !== undefined && only !== part.name) continue;
  try {
    await part();
  } catch (error) {
    saw.faults.push(`${part.name}: ${error.stack}`);
    let tab = 0;
    for (const context of browser.contexts()) await context.pages().at(-1)?.screenshot({ path: `${pictures}/fault-${part.name}-${tab++}.png` });
    for (const context of browser.contexts()) await context.close();
  }
}
console.log(JSON.stringify(saw));
await browser.close();
process.exit();
