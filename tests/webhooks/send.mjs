// Posts GitHub's published webhook examples, signed and one after another, each under a GUID of
// its own, and prints as JSON what was answered.
//
// Usage: node send.mjs URL SECRET [reversed]

import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { sign } from "@octokit/webhooks-methods";

const [url, secret, order = "listed"] = process.argv.slice(2);
if (!url || !secret || !["listed", "reversed"].includes(order)) {
  console.error("usage: node send.mjs URL SECRET [reversed]");
  process.exit(2);
}

const listed = createRequire(import.meta.url)("@octokit/webhooks-examples");
const deliveries = listed.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
if (order === "reversed") deliveries.reverse();

const report = { posted: 0, statuses: {}, duplicates: 0, refused: [] };
for (const { name, payload } of deliveries) {
  const body = JSON.stringify(payload);
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": name,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": await sign(secret, body),
    },
    body,
  });
  const said = await answer.text();
  report.posted += 1;
  report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
  if (answer.status !== 202) report.refused.push(`${name}: ${said}`);
  else if (JSON.parse(said).duplicate !== false) report.duplicates += 1;
}
console.log(JSON.stringify(report));
