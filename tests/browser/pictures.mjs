// Takes the pictures of README.md of a running demo, whose link to the page it is given.
//
//     node pictures.mjs BROWSER LINK FOLDER
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [executablePath, link, folder] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const PICTURES = [
  ["home", "/", "light", "heading", "How complete this is"],
  ["queue", "/queue?view=open", "light", "button", "Read"],
  ["numbers", "/numbers", "dark", "heading", "Throughput"],
];
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args });
for (const [name, path, theme, role, there] of PICTURES) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 675 }, colorScheme: theme, locale: "en" });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole("heading", { name: "What there is to do" }).waitFor();
  await page.goto(new URL(path, link).href);
  await page.getByRole(role, { name: there }).first().waitFor();
  await page.waitForLoadState("load");
  await page.locator("[data-row], h2").first().waitFor();
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
}
await browser.close();
