// Tabs of a headless browser, each of somebody with a token and a name of their own, and what is to be held of all of them.
import axe from "axe-core";
import { chromium } from "playwright-core";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 320, height: 640 };

export async function start(executablePath, address, pictures, saw) {
  const browser = await chromium.launch({ executablePath, args });

  /** A tab of somebody. `cookies` say more to what is between it and the service. */
  async function come(name, token, cookies = {}, strict = true) {
    const context = await browser.newContext({ viewport: WIDE, locale: "en", acceptDownloads: true });
    const { hostname } = new URL(address);
    await context.addCookies(Object.entries(cookies).map(([key, value]) => ({ name: key, value, domain: hostname, path: "/" })));
    await context.addInitScript(
      ([name, token]) => {
        localStorage.setItem("bugscrub-name", name);
        sessionStorage.setItem("bugscrub-token", token);
        window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
        // What a screen reader is told of the group's moves, and when.
        window.announced = [];
        document.addEventListener("DOMContentLoaded", () =>
          new MutationObserver(() => {
            const now = document.querySelector("[data-announced]")?.textContent ?? "";
            if (now !== "" && window.announced.at(-1)?.[1] !== now) window.announced.push([Date.now(), now]);
          }).observe(document.body, { subtree: true, childList: true, characterData: true }),
        );
      },
      [name, token],
    );
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => saw.faults.push(`${name}: ${error}`));
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!["data:", "blob:"].includes(protocol) && origin !== new URL(address).origin) saw.elsewhere.push(request.url());
    });
    const leave = async () => {
      if (strict) saw.violations.push(...(await page.evaluate(() => window.violations)));
      await context.close();
    };
    return { name, page, leave };
  }

  async function look(page, name) {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const { id, nodes } of violations) saw.axe.push({ screen: name, id, where: nodes.map((node) => node.html.slice(0, 200)).slice(0, 3) });
    await page.screenshot({ path: `${pictures}/${name}.png` });
  }

  /** Looks at a screen in both themes and on a phone. */
  async function everyLook(page, name) {
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      await look(page, `${name}-${theme}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(PHONE);
    await page.waitForFunction((width) => document.documentElement.clientWidth <= width, PHONE.width);
    const width = await page.evaluate(() => Math.max(...[document.scrollingElement, document.querySelector("main")].map((each) => each.scrollWidth)));
    if (width > PHONE.width) saw.wide.push({ screen: name, width });
    await look(page, `${name}-phone`);
    await page.setViewportSize(WIDE);
  }

  return { browser, come, look, everyLook };
}
