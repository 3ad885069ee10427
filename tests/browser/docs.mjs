// Opens the page at /docs in a headless browser as a reader would: looks at an operation, and tries it out. Prints what
// it saw, as JSON.
//
//     node docs.mjs BROWSER ADDRESS TOKEN
import { chromium } from "playwright-core";

const [executablePath, address, token] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath, args });
const page = await browser.newPage();
const faults = [];
const elsewhere = [];
page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
page.on("pageerror", (error) => faults.push(String(error)));
page.on("request", (request) => {
  const { protocol, origin } = new URL(request.url());
  if (protocol !== "data:" && origin !== new URL(address).origin) elsewhere.push(request.url());
});
await page.goto(address);
const operation = page.locator(".opblock", { has: page.locator('[data-path="/api/v1/queue"]') }).first();
await operation.waitFor();
const operations = await page.locator(".opblock").count();
const title = await page.locator(".info .title").innerText();
// Styles came through: a button has the colour of its method.
const colour = await operation.locator(".opblock-summary-method").evaluate((label) => getComputedStyle(label).backgroundColor);
await page.locator(".auth-wrapper .authorize").first().click();
// Other ways to say who one is stand beside it.
const bearer = page.locator(".auth-container").filter({ hasText: "Bearer" }).last();
await bearer.locator("input").first().fill(token);
await bearer.locator(".authorize").first().click();
await page.locator(".btn-done").first().click();
await operation.locator(".opblock-summary").click();
await operation.locator(".try-out__btn").click();
await operation.locator(".execute").click();
const live = operation.locator(".live-responses-table .response .response-col_status");
await live.waitFor();
const status = (await live.innerText()).trim();
console.log(JSON.stringify({ title, operations, colour, status, faults, elsewhere }));
await browser.close();
