// A receiver of GitHub's webhooks as people write it: @octokit/webhooks checks the signature and parses, and pg
// inserts one row with one commit for each delivery. Usage: receiver.js DATABASE_URL SECRET
import { createServer } from "node:http";
import { Webhooks, createNodeMiddleware } from "@octokit/webhooks";
import pg from "pg";

const [databaseUrl, secret] = process.argv.slice(2);
const url = new URL(databaseUrl);
const pool = new pg.Pool({
  host: url.searchParams.get("host"),
  user: url.username,
  database: url.pathname.slice(1),
  max: 16,
});
await pool.query(
  "CREATE TABLE octokit_deliveries (guid uuid PRIMARY KEY, event text NOT NULL, payload jsonb NOT NULL)",
);

const webhooks = new Webhooks({ secret });
webhooks.onAny(({ id, name, payload }) =>
  pool.query({
    name: "insert",
    text: "INSERT INTO octokit_deliveries VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    values: [id, name, JSON.stringify(payload)],
  }),
);

const server = createServer(createNodeMiddleware(webhooks, { path: "/webhooks/github" }));
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
