// Signs in with a headless browser, as a person would, and tries what pages of others may do with the session. Prints
// what it saw, as JSON.
//
//     node sign_in.mjs BROWSER ADDRESS LOGIN-PAGE-OF-GITHUB PAGE-OF-ANOTHER-SITE PAGE-OF-A-NEIGHBOR
import { chromium } from "playwright-core";

const [executablePath, address, login, ...others] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath, args });
const context = await browser.newContext();
const page = await context.newPage();
const ask = (path, method, body) =>
  page.evaluate(
    async ([path, method, body]) => {
      const headers = body ? { "content-type": "application/json" } : {};
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null };
    },
    [path, method, body],
  );

await page.goto(login);
await page.goto(`${address}/auth/sign-in?return_to=/docs/`);
const back = page.url();
const me = await ask("/api/v1/me", "GET");
const scripts = await page.evaluate(() => document.cookie);
const cookies = (await context.cookies(address)).filter((cookie) => cookie.name.includes("bugscrub"));
const made = await ask("/api/v1/tokens", "POST", { name: "mine", scopes: ["read"] });

// Pages of others ask in their ways. Whether it was done shows afterwards.
const answers = [];
page.on("response", (answer) => answer.url().includes("/auth/sign-out") && answers.push(answer.status()));
for (const other of others) {
  await page.goto(other);
  await page.evaluate(
    (to) => fetch(to, { method: "POST", mode: "no-cors", credentials: "include" }).catch(() => undefined),
    `${address}/auth/sign-out?everywhere=true`,
  );
  await page.setContent(`<form method="post" action="${address}/auth/sign-out?everywhere=true"><button>x</button></form>`);
  await Promise.all([page.waitForURL(/sign-out/), page.click("button")]);
}
const refused = [...answers];
await page.goto(`${address}/docs/`);
const still = (await ask("/api/v1/me", "GET")).status;
const out = (await ask("/auth/sign-out", "POST")).status;
const after = (await ask("/api/v1/me", "GET")).status;
console.log(
  JSON.stringify({
    back,
    person: me.body?.person?.login,
    scripts,
    cookies: cookies.map(({ name, httpOnly, sameSite, path }) => [name, httpOnly, sameSite, path]),
    made: made.status,
    answers: refused,
    still,
    out,
    after,
  }),
);
await browser.close();
