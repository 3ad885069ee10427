// Uses the page in a headless browser as a maintainer would, and looks at it: every screen in both themes and on a phone, by
// keyboard alone, and what it says where something is refused or the service is away. Writes pictures, and prints what it saw,
// as JSON. Before that it prints what the service is to do, `{"ask": "stop"}` or `{"ask": "start"}`, and waits for a line.
//
//     node page.mjs BROWSER ADDRESS TOKEN READER_TOKEN PICTURES
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import axe from "axe-core";
import { chromium } from "playwright-core";

const [executablePath, address, token, reader, pictures] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 320, height: 640 };
mkdirSync(pictures, { recursive: true });

const saw = { axe: [], wide: [], violations: [], faults: [], elsewhere: [], steps: [], said: {} };
const browser = await chromium.launch({ executablePath, args });
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Has something done to the service. */
async function have(ask) {
  console.log(JSON.stringify({ ask }));
  if ((await answers.next()).done) throw new Error(`nobody does: ${ask}`);
}

/** A tab of its own, with what it reports. `strict`: violations and errors count. */
async function open(strict = true) {
  const context = await browser.newContext({ viewport: WIDE, locale: "en" });
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => saw.faults.push(String(error)));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && origin !== new URL(address).origin) saw.elsewhere.push(request.url());
  });
  const close = async () => {
    if (strict) saw.violations.push(...(await page.evaluate(() => window.violations)));
    await context.close();
  };
  return { page, close };
}

async function look(page, name) {
  await page.evaluate(axe.source);
  // Targets of 24 pixels are not among what axe looks for by itself.
  const { violations } = await page.evaluate(() => window.axe.run({ rules: { "target-size": { enabled: true } } }));
  for (const { id, nodes } of violations) saw.axe.push({ screen: name, id, where: nodes.map((node) => node.html.slice(0, 200)).slice(0, 3) });
  await page.screenshot({ path: `${pictures}/${name}.png` });
}

async function signIn(page, secret) {
  await page.goto(`${address}/`);
  await page.getByLabel("Token", { exact: true }).fill(secret);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What there is to do" }).waitFor();
}

async function colors(page, theme) {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Colors", { exact: true }).selectOption(theme);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** The screens, and what is there once they are. */
const SCREENS = [
  ["home", "/", (page) => page.getByRole("heading", { name: "How complete this is" })],
  ["queue", "/queue", (page) => page.locator("[data-row]").first()],
  ["reader", "/items/acme/widgets/1", (page) => page.getByText("Saved", { exact: true })],
  ["numbers", "/numbers", (page) => page.getByRole("heading", { name: "Throughput" })],
  ["care", "/care", (page) => page.getByRole("heading", { name: "A new token" })],
];

async function allScreens() {
  const { page, close } = await open();
  await page.goto(`${address}/`);
  await page.getByLabel("Token", { exact: true }).waitFor();
  for (const theme of ["light", "dark"]) {
    await colors(page, theme);
    await look(page, `sign-in-${theme}`);
  }
  await signIn(page, token);
  for (const theme of ["light", "dark"]) {
    await colors(page, theme);
    for (const [name, path, there] of SCREENS) {
      await page.goto(address + path);
      await there(page).waitFor();
      await look(page, `${name}-${theme}`);
      await page.setViewportSize(PHONE);
      await page.waitForFunction((width) => document.documentElement.clientWidth <= width, PHONE.width);
      const width = await page.evaluate(() => Math.max(...[document.scrollingElement, document.querySelector("main")].map((each) => each.scrollWidth)));
      if (width > PHONE.width) saw.wide.push({ screen: name, width });
      if (theme === "light") await look(page, `${name}-phone`);
      await page.setViewportSize(WIDE);
    }
  }
  // The help, which lies above a screen.
  await page.getByRole("button", { name: "Settings" }).click();
  await look(page, "keys-dark");
  await close();
}

async function byKeyboard() {
  const { page, close } = await open();
  await signIn(page, token);
  const step = (name, value) => saw.steps.push([name, value]);
  await page.keyboard.press("2");
  await page.locator(".chosen [data-row]").waitFor();
  await page.keyboard.press("j");
  step("j chooses the second row", await page.locator('[aria-posinset="2"] .chosen').count());
  await page.keyboard.press("k");
  await page.keyboard.press("x");
  await page.locator('[aria-posinset="1"] [aria-pressed="true"]').waitFor();
  step("x marks it read", true);
  await page.keyboard.press("u");
  await page.locator('[aria-posinset="1"] [aria-pressed="false"]').waitFor();
  step("u takes it back", true);
  await page.keyboard.press("o");
  await page.getByRole("heading", { name: "Why it stands here" }).waitFor();
  const first = page.url();
  await page.keyboard.press("j");
  await page.waitForURL((url) => url.href !== first);
  step("j leads to the next item", true);
  await page.keyboard.press("k");
  await page.waitForURL(first);
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.keyboard.press("c");
  await page.getByText("Saved", { exact: true }).waitFor();
  step("c recommends to close it", await page.getByLabel("Recommended action").inputValue());
  await page.keyboard.press("e");
  await page.keyboard.type("Ask whether it still happens: jk?");
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Saved", { exact: true }).waitFor();
  step("the note is kept", await page.getByLabel("Comment").inputValue());
  // What is read already stays so; then one is at the next.
  const here = page.url();
  await page.keyboard.press("Escape");
  await page.keyboard.press("y");
  await page.waitForURL((url) => url.href !== here);
  await page.keyboard.press("k");
  await page.waitForURL(here);
  await page.getByRole("button", { name: "Mark unread" }).waitFor();
  step("y marks it read and goes on", true);
  await page.keyboard.press("g");
  await page.locator("[data-row]").first().waitFor();
  await page.keyboard.press("s");
  await page.keyboard.press("J");
  await page.getByText("2 selected").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("2 selected").waitFor({ state: "detached" });
  step("J selects one more, and Escape none", true);
  await page.keyboard.press("/");
  await page.keyboard.type("bug");
  await page.locator("#suggestions").getByRole("option", { name: "label bug" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("label") === "bug");
  await page.getByText("20 items", { exact: true }).waitFor();
  step("a filter stands in the address", new URL(page.url()).search);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.getByLabel("Use these keys").press("Space");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("j");
  step("keys can be switched off", await page.locator('[aria-posinset="1"] .chosen').count());
  await close();
}

async function together() {
  const { page, close } = await open();
  await signIn(page, token);
  const write = async (number, comment) => {
    const path = `${address}/api/v1/items/acme/widgets/${number}/note`;
    const headers = { Authorization: `Bearer ${token}`, "If-Match": "*" };
    const answer = await page.request.put(path, { headers, data: { by: "ada", comment } });
    if (!answer.ok()) throw new Error(await answer.text());
  };
  // Few enough that the row is in the window.
  await page.goto(`${address}/queue?label=bug`);
  await page.getByText("Live;").waitFor();
  const before = await page.locator("[data-row]").allInnerTexts();
  await write(3, "Somebody else was here");
  await page.getByRole("button", { name: "1 changed, show" }).waitFor();
  const same = JSON.stringify(before) === JSON.stringify(await page.locator("[data-row]").allInnerTexts());
  saw.steps.push(["nothing moves before one asks", same]);
  await page.getByRole("button", { name: "1 changed, show" }).click();
  await page.getByTitle("Somebody else was here").waitFor();
  await page.goto(`${address}/items/acme/widgets/3`);
  await page.getByText("Saved", { exact: true }).waitFor();
  await write(3, "Theirs");
  await page.getByLabel("Comment").fill("Mine");
  await page.getByText("ada changed this note meanwhile").waitFor();
  await look(page, "conflict-light");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Saved", { exact: true }).waitFor();
  saw.steps.push(["the one that was chosen stays", await page.getByLabel("Comment").inputValue()]);
  await close();
}

/** A filter becomes a view; a chart is put into another page; a spreadsheet is tried, then imported. */
async function care() {
  const { page, close } = await open();
  await signIn(page, token);
  await page.goto(`${address}/queue?label=bug`);
  await page.getByText("Save these filters").click();
  await page.getByLabel("Its title").fill("All bugs");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.search === "?view=all-bugs");
  await page.getByText("20 items", { exact: true }).waitFor();
  await page.goto(`${address}/numbers`);
  await page.getByText("Put these charts").click();
  await page.getByLabel("View", { exact: true }).selectOption("all-bugs");
  await page.getByRole("button", { name: "Make the addresses" }).click();
  const chart = await page.getByRole("link", { name: "backlog.svg" }).getAttribute("href");
  const svg = await page.request.get(chart);
  saw.steps.push(["a chart has an address", [svg.status(), svg.headers()["content-type"]]]);
  await page.goto(`${address}/care`);
  await page.getByRole("heading", { name: "Is all well?" }).waitFor();
  await page.getByText("which makes an App").waitFor();
  saw.steps.push(["the doctor is asked", await page.getByText("To look at:").count()]);
  const lines = [...Array(5).keys()].map((at) => `acme/widgets,Issue,${at + 6},Issue ${at + 6},,From the sheet`);
  const csv = ["Repository,Type,#,Title,Read yet?,Comment", ...lines, "acme/widgets,Issue,3,,,Not what we have", "acme/gears,PR,1,,,Elsewhere", "acme/widgets,Issue,none,,,"].join("\n");
  const file = await page.evaluateHandle((text) => {
    const held = new DataTransfer();
    held.items.add(new File([text], "scrub.csv", { type: "text/csv" }));
    return held;
  }, csv);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: file });
  await page.getByText("5 rows would change something;").waitFor();
  await page.getByLabel("The scrub that it is of").fill("7");
  await page.keyboard.press("Tab");
  await page.getByText("Past scrubs that would be new: 7.").waitFor();
  // By keyboard: the second and the third row are left out, and what is not here.
  await page.getByLabel("Take row 3").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.getByLabel("Take row 8").press("Space");
  await page.getByText("3 rows left out").waitFor();
  for (const theme of ["light", "dark"]) {
    await colors(page, theme);
    await page.locator("#sheet").scrollIntoViewIfNeeded();
    await look(page, `sheet-${theme}`);
  }
  await page.setViewportSize(PHONE);
  await page.locator(".chips").evaluate((chips) => chips.scrollIntoView());
  await look(page, "sheet-phone");
  await page.setViewportSize(WIDE);
  await page.getByRole("button", { name: "Import 3 rows" }).click();
  await page.getByText("3 rows changed something;").waitFor();
  const comments = [];
  for (const number of [6, 7, 8, 10]) {
    await page.goto(`${address}/items/acme/widgets/${number}`);
    await page.getByText("Saved", { exact: true }).waitFor();
    comments.push(await page.getByLabel("Comment", { exact: true }).inputValue());
  }
  saw.steps.push(["a sheet is imported but for what is left out", comments]);
  await close();
}

/** What is said where something is refused. */
async function refused() {
  const { page, close } = await open();
  await page.goto(`${address}/`);
  await page.getByLabel("Token", { exact: true }).fill("nobody's");
  await page.keyboard.press("Enter");
  saw.said[401] = await page.getByRole("alert").innerText();
  await signIn(page, reader);
  await page.goto(`${address}/queue`);
  await page.locator("[data-row]").first().waitFor();
  await page.keyboard.press("x");
  await page.getByText("Ask an administrator").waitFor();
  saw.said[403] = await page.locator(".said").innerText();
  const fault = async (name, answer) => {
    await page.route("**/api/v1/items/acme/widgets/2*", answer);
    await page.goto(`${address}/items/acme/widgets/2`);
    saw.said[name] = await page.getByRole("alert").first().innerText();
    await page.unrouteAll();
  };
  const problem = (status, title, headers = {}) => (route) =>
    route.fulfill({ status, headers: { "Content-Type": "application/problem+json", ...headers }, body: JSON.stringify({ type: "about:blank", status, title }) });
  await page.goto(`${address}/items/acme/widgets/999`);
  saw.said[404] = await page.getByRole("alert").first().innerText();
  await fault(409, problem(409, "Login reused"));
  await fault(410, problem(410, "Deleted"));
  await fault("500", problem(500, "Internal server error"));
  // Since midnight the cursors of yesterday lead nowhere: the rows come all the same.
  let over = 0;
  await page.route(/\/api\/v1\/queue\?cursor=/, (route) => ((over += 1), problem(410, "The cursor's date has passed")(route)));
  await page.goto(`${address}/queue`);
  await page.locator("[data-row]").first().waitFor();
  await page.locator(".list").evaluate((list) => (list.scrollTop = 150 * 56));
  await page.locator('[aria-posinset="151"] [data-row]').waitFor();
  saw.said.midnight = over;
  await page.unrouteAll();
  // What does not pass at once is said, and asked again by itself.
  for (const [status, title] of [[429, "Too many"], [503, "The database cannot be reached."]]) {
    await page.route(/\/api\/v1\/queue\?/, problem(status, title, { "Retry-After": "1" }));
    await page.goto(`${address}/queue`);
    saw.said[`${status}, for longer`] = await page.getByRole("alert").innerText();
    await page.unrouteAll();
    await page.locator("[data-row]").first().waitFor();
  }
  // Asked once more, and then it is there.
  for (const [status, title] of [[429, "Too many"], [503, "Away"]]) {
    let times = 0;
    await page.route("**/api/v1/items/acme/widgets/2", (route) => (times++ === 0 ? problem(status, title, { "Retry-After": "1" })(route) : route.continue()));
    await page.goto(`${address}/items/acme/widgets/2`);
    await page.getByRole("heading", { name: "Why it stands here" }).waitFor();
    saw.said[status] = times;
    await page.unrouteAll();
  }
  await close();
}

/** What is typed while the service is away is kept, and saved once it is back. */
async function offline() {
  const { page, close } = await open();
  await signIn(page, token);
  await page.goto(`${address}/items/acme/widgets/4`);
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.context().setOffline(true);
  await page.getByLabel("Comment").fill(`Typed in a train`);
  await page.getByText("Nothing that you typed is lost").waitFor();
  await page.context().setOffline(false);
  await page.getByText("Saved", { exact: true }).waitFor();
  saw.said.offline = await page.getByLabel("Comment").inputValue();
  // What is not here yet is asked for once the connection is back.
  await page.context().setOffline(true);
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor();
  await look(page, "offline-light");
  await page.context().setOffline(false);
  await page.getByRole("heading", { name: "How complete this is" }).waitFor();
  await close();
}

/** Texts that were not cleaned at all: what they ask for, the policy of the page refuses. */
async function hostile() {
  const { page, close } = await open(false);
  const html = [
    "<script>window.ran = 1</script>", "<img src=x onerror='window.ran = 2'>", "<svg onload='window.ran = 3'></svg>",
    "<a href='javascript:window.ran = 4'>link</a>", "<iframe srcdoc='<script>parent.ran = 5</script>'></iframe>",
    "<details open ontoggle='window.ran = 6'>x</details>", "<style>body { display: none }</style>", "<form action='https://evil.example'><button>go</button></form>",
    "<object data='data:text/html,<script>parent.ran = 7</script>'></object>", "<base href='https://evil.example/'>",
  ].join("");
  const entry = (id) => ({ kind: "comment", id, author: "mallory", bot: null, association: "NONE", created_at: "2026-01-01T00:00:00Z", edited_at: null, url: null, html, verdict: null, is_answer: false, minimized: null, path: null, further: 0 });
  await page.route("**/text", (route) => route.fulfill({ json: { source: "github", fetched_at: "2026-01-01T00:00:00Z", body: entry(null), entries: [entry(1), entry(2)], before: null } }));
  await signIn(page, token);
  await page.goto(`${address}/items/acme/widgets/5`);
  const links = page.getByRole("link", { name: "link", exact: true });
  await links.first().waitFor();
  await page.evaluate(() => document.querySelectorAll("[data-entry] a").forEach((link) => ((link.target = ""), link.click())));
  await page.locator("[data-entry] summary").first().click();
  saw.steps.push(["nothing of a text runs", await page.evaluate(() => window.ran ?? "nothing")]);
  saw.steps.push(["and the page is there", await page.getByRole("heading", { name: "Why it stands here" }).isVisible()]);
  await close();
}

/** The token is revoked while one types. Whoever signs in again goes on. */
async function revoked() {
  const { page, close } = await open();
  const headers = { Authorization: `Bearer ${token}` };
  const make = async () => (await page.request.post(`${address}/api/v1/tokens`, { headers, data: { name: "mine", scopes: ["read", "scrub"] } })).json();
  const [first, second] = [await make(), await make()];
  await signIn(page, first.token);
  await page.goto(`${address}/items/acme/widgets/12`);
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.request.delete(`${address}/api/v1/tokens/${first.id}`, { headers });
  await page.getByLabel("Comment", { exact: true }).fill("Typed when it ended");
  saw.said["401, meanwhile"] = await page.getByRole("alert").innerText();
  await look(page, "ended-light");
  await page.getByLabel("Token", { exact: true }).fill(second.token);
  await page.keyboard.press("Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  saw.steps.push(["what was typed when the session ended is saved", await page.getByLabel("Comment", { exact: true }).inputValue()]);
  await close();
}

/** The service goes away under the page, and comes back. */
async function restarted() {
  const { page, close } = await open();
  await signIn(page, token);
  await page.goto(`${address}/queue`);
  await page.getByText("Live;").waitFor();
  const rows = await page.locator("[data-row]").count();
  await have("stop");
  await page.getByText("Not live, coming back").waitFor();
  saw.steps.push(["rows stay while the service is away", (await page.locator("[data-row]").count()) === rows]);
  await page.keyboard.press("x");
  await page.locator(".said", { hasText: "cannot be reached" }).waitFor();
  saw.said["an act while it is away"] = await page.locator(".said").innerText();
  await page.locator("[data-row]").nth(3).click();
  saw.said["the service is away"] = await page.getByRole("alert").first().innerText();
  await look(page, "away-light");
  await have("start");
  await page.getByRole("heading", { name: "Why it stands here" }).waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  saw.steps.push(["an item that was asked for meanwhile comes by itself", true]);
  await page.keyboard.press("g");
  await page.getByText("Live;").waitFor();
  const note = { headers: { Authorization: `Bearer ${token}`, "If-Match": "*" }, data: { by: "ada", comment: "After the restart" } };
  await page.request.put(`${address}/api/v1/items/acme/widgets/3/note`, note);
  await page.getByRole("button", { name: "1 changed, show" }).waitFor();
  saw.steps.push(["and changes are live again", true]);
  await close();
}

for (const part of [allScreens, byKeyboard, together, care, refused, revoked, offline, hostile, restarted]) {
  try {
    await part();
  } catch (error) {
    saw.faults.push(`${part.name}: ${error.stack}`);
    const page = browser.contexts().at(-1)?.pages().at(-1);
    await page?.screenshot({ path: `${pictures}/fault-${part.name}.png` });
  }
}
console.log(JSON.stringify(saw));
await browser.close();
// Nobody has anything more to say.
process.stdin.destroy();
