// Takes the pictures of README.md, of the demo's organization on a given day, so that the same page gives the same pictures.
//
//     node pictures.mjs BROWSER ADDRESS TOKEN TIME FOLDER
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [executablePath, address, token, time, folder] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
/** Name, address, colors, and what is there once it is whole. The one to read is that of which most was said. */
const PICTURES = [
  ["home", "/", "light", (page) => page.getByRole("heading", { name: "How complete this is" })],
  ["queue", "/queue?view=open", "light", (page) => page.getByText("Live;")],
  ["reader", "/queue?view=open&order=most-comments", "light", (page) => page.getByText("Saved", { exact: true })],
  ["numbers", "/numbers", "dark", (page) => page.getByRole("heading", { name: "Throughput" })],
];
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args });
for (const [name, path, colorScheme, there] of PICTURES) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 675 }, colorScheme, locale: "en" });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date(time));
  await page.goto(address);
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What there is to do" }).waitFor();
  await page.goto(address + path);
  if (name === "reader") await page.locator("[data-row]").first().click();
  await there(page).waitFor();
  await page.waitForLoadState("load");
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
}
await browser.close();
