// A service of one's own for measurements by hand: the real program over its private Postgres, in a folder.
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const project = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const TOKEN = "the-admin-token-of-the-measurements";
const SECRET = "the-secret-of-the-measurements";

const user = (login) => ({ login, id: [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000, type: "User" });
const owner = { login: "acme", id: 9_000, type: "Organization" };
export const repository = (id, name) => ({ id, name, full_name: `acme/${name}`, private: false, html_url: `https://github.com/acme/${name}`, owner });

/** An issue as deliveries show it. */
export function issue(repository, number, { title, body = "", author = "octocat", labels = [], at }) {
  const html_url = `${repository.html_url}/issues/${number}`;
  return { id: repository.id * 100_000 + number, number, title, body, user: user(author), state: "open", labels, assignees: [], comments: 0, created_at: at, updated_at: at, html_url };
}

/** Starts the service in a folder, which may have been used before. */
export async function start(folder, program = join(project, "target/debug/bugscrub")) {
  mkdirSync(folder, { recursive: true });
  // Postgres runs as another user where we are root.
  chmodSync(folder, 0o755);
  const env = { ...process.env, BUGSCRUB_DATA_DIR: folder, BUGSCRUB_WEBHOOK_SECRET: SECRET, BUGSCRUB_ADMIN_TOKEN: TOKEN, BUGSCRUB_RATE_LIMIT: "0" };
  const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"], { env, stdio: ["ignore", "inherit", "pipe"] });
  const ended = new Promise((done) => child.once("exit", done));
  // It ends with us, also where something fails.
  process.on("exit", () => child.kill("SIGTERM"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
  const address = await new Promise((done, fail) => {
    void ended.then((code) => fail(new Error(`the service ended with ${code}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const found = /"address":"([^"]+)"/.exec(line);
      if (found) done(`http://${found[1]}`);
    });
  });
  while ((await fetch(`${address}/readyz`).then(({ status }) => status, () => 0)) !== 200) await new Promise((done) => setTimeout(done, 20));
  const ask = (path, options = {}) => fetch(`${address}${path}`, { ...options, headers: { Authorization: `Bearer ${TOKEN}`, ...options.headers } });
  return {
    address,
    ask,
    stop: () => (child.kill("SIGTERM"), ended),
    total: async () => (await (await ask("/api/v1/queue?limit=1")).json()).total ?? 0,
    /** Delivers what happened to an issue. */
    async deliver(event, action, repository, issue, more = {}) {
      const body = JSON.stringify({ action, issue, repository, organization: owner, sender: issue.user, ...more });
      const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
      const headers = { "Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": randomUUID(), "X-Hub-Signature-256": signature };
      const sent = await fetch(`${address}/webhooks/github`, { method: "POST", headers, body });
      if (sent.status !== 202) throw new Error(await sent.text());
    },
    /** A comment as deliveries show it. */
    comment: (id, author, body, at) => ({ comment: { id, body, user: user(author), author_association: "NONE", created_at: at, updated_at: at, html_url: "https://github.com/acme" }, sender: user(author) }),
    /** The address of its database. */
    database() {
      const home = join(folder, "postgres");
      const data = readdirSync(home).map((name) => join(home, name)).find((path) => existsSync(join(path, "postmaster.pid")));
      return `postgres://bugscrub@localhost/bugscrub?host=${readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[4]}`;
    },
  };
}
