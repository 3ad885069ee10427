// Uses the page as those do who come to a scrub: somebody cancels a date, moves another and announces a talk; somebody without
// an account leaves a name, and somebody else greets them. Writes pictures, and prints what it saw, as JSON.
//
//     node community.mjs BROWSER ADDRESS TOKEN PICTURES
import { mkdirSync } from "node:fs";
import axe from "axe-core";
import { chromium } from "playwright-core";

const [executablePath, address, token, pictures] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 320, height: 640 };
mkdirSync(pictures, { recursive: true });

const saw = { axe: [], wide: [], violations: [], faults: [], steps: [] };
const step = (name, value) => saw.steps.push([name, value]);
const browser = await chromium.launch({ executablePath, args });

/** A tab of somebody; without a token, of nobody in particular. */
async function come(name, secret) {
  const context = await browser.newContext({ viewport: WIDE, locale: "en" });
  await context.addInitScript(
    ([name, secret]) => {
      localStorage.setItem("bugscrub-name", name);
      if (secret !== null) sessionStorage.setItem("bugscrub-token", secret);
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    },
    [name, secret],
  );
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => saw.faults.push(`${name}: ${error}`));
  const leave = async () => {
    saw.violations.push(...(await page.evaluate(() => window.violations)));
    await context.close();
  };
  return { page, leave };
}

/** Looks at a screen in both themes and on a phone. */
async function look(page, name) {
  await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const { id, nodes } of violations) saw.axe.push({ screen: `${name}-${colorScheme}`, id, where: nodes.map((node) => node.html.slice(0, 200)).slice(0, 3) });
    await page.screenshot({ path: `${pictures}/${name}-${colorScheme}.png` });
  }
  await page.setViewportSize(PHONE);
  await page.waitForFunction((width) => document.documentElement.clientWidth <= width, PHONE.width);
  const width = await page.evaluate(() => Math.max(...[document.scrollingElement, document.querySelector("main")].map((each) => each.scrollWidth)));
  if (width > PHONE.width) saw.wide.push({ screen: name, width });
  await page.screenshot({ path: `${pictures}/${name}-phone.png` });
  await page.setViewportSize(WIDE);
}

/** By keyboard alone: a date is cancelled, another one moved, and a talk announced. */
async function schedule() {
  const { page, leave } = await come("ada", token);
  await page.goto(`${address}/care`);
  const meetings = page.locator(".meetings > li");
  // Not the field for a file, whose label says that nothing changes.
  const change = meetings.getByRole("button", { name: "Change" });
  await change.first().focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Why").fill("Holidays");
  await page.getByRole("button", { name: "Cancel it" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("It is cancelled.").waitFor();
  step("the first one is cancelled", await meetings.first().innerText().then((text) => text.includes("cancelled Holidays") || /cancelled\s+Holidays/.test(text)));
  await change.nth(1).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("A talk").fill("Flaky tests");
  await page.getByLabel("Who presents it").fill("grace");
  await page.getByLabel("Minutes").fill("10");
  await page.keyboard.press("Enter");
  await page.getByText("Flaky tests, by grace (10 minutes)").waitFor();
  await look(page, "schedule");
  const day = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("Another time").fill(`${day}T09:30`);
  await page.getByRole("button", { name: "Move it" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("It is moved.").waitFor();
  await page.goto(`${address}/`);
  const next = page.getByText(/The next one begins on/);
  await next.waitFor();
  step("the next one is the moved one", (await next.innerText()).includes("moved from"));
  step("with its talk", await page.getByText("Flaky tests, by grace (10 minutes)").count());
  await leave();
}

/** Somebody without an account leaves a name; the host sees them, and says who greets. */
async function guests() {
  const host = await come("ada", token);
  await host.page.goto(`${address}/scrubs/1`);
  await host.page.getByRole("heading", { name: "Hello" }).waitFor();
  await host.page.getByRole("button", { name: "I greet" }).click();
  await host.page.getByText("You greet those who come.").waitFor();
  const guest = await come("nobody", null);
  await guest.page.goto(`${address}/scrubs/1`);
  await guest.page.getByText("ada greets those who come.").waitFor();
  step("a guest decides nothing", await guest.page.getByRole("button", { name: "I greet" }).count());
  await guest.page.getByLabel("Your name, if you like to leave it").fill("Linus");
  await guest.page.keyboard.press("Enter");
  await guest.page.getByText("You are here as Linus (guest).").waitFor();
  await host.page.getByText(/Linus \(guest\) came/).first().waitFor();
  step("the host sees who came", await host.page.locator("strong", { hasText: "Linus (guest)" }).count());
  await look(host.page, "arrivals");
  await look(guest.page, "guest");
  await guest.leave();
  await host.leave();
}

for (const part of [schedule, guests]) {
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
