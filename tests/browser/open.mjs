// Opens an address in a headless browser, and prints what the page logs, a line a message. It ends with its standard
// input.
//
//     node open.mjs BROWSER ADDRESS
import { chromium } from "playwright-core";

const [executablePath, address] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath, args });
const page = await browser.newPage();
const tell = (what) => console.log(JSON.stringify(what));
page.on("console", (message) => {
  try {
    tell(JSON.parse(message.text()));
  } catch {
    tell({ browser: message.text() });
  }
});
page.on("pageerror", (error) => tell({ fault: String(error) }));
await page.goto(address);
for await (const _ of process.stdin);
await browser.close();
