// Reads a running service through openapi-fetch, by the types that openapi-typescript makes.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { argv: string[] };
const [url = "", token = ""] = process.argv.slice(2);

const client = createClient<paths, "application/json" | "application/problem+json">({
    baseUrl: url,
    headers: { Authorization: `Bearer ${token}` },
});

type Row = components["schemas"]["QueueRow"];

const rows: Row[] = [];
let cursor: string | undefined;
let pages = 0;
do {
    const query = cursor === undefined ? { limit: 7, type: ["Issue" as const], order: "oldest" as const } : { cursor };
    const { data, response } = await client.GET("/api/v1/queue", { params: { query } });
    if (data === undefined) throw new Error(`the queue answered ${response.status}`);
    rows.push(...data.items);
    cursor = data.next === null ? undefined : new URL(data.next, url).searchParams.get("cursor") ?? undefined;
    pages += 1;
} while (cursor !== undefined);

const address = { owner: "acme", repo: "widgets" };
const found = await client.GET("/api/v1/items/{owner}/{repo}/{number}", { params: { path: { ...address, number: 1 } } });
if (found.data === undefined) throw new Error(`the item answered ${found.response.status}`);
const waitsFor: "author" | "maintainers" | "reviewers" | "nobody" | null = found.data.waits_for;

const missing = await client.GET("/api/v1/items/{owner}/{repo}/{number}", { params: { path: { ...address, number: 999 } } });
// Whatever is refused is a problem.
const problem: components["schemas"]["Problem"] | undefined = missing.error;

const ages = await client.GET("/api/v1/stats/ages", { params: { query: { type: ["-PR"] } } });
if (ages.data === undefined) throw new Error(`the statistic answered ${ages.response.status}`);
const open = ages.data.by_age.reduce((sum, bucket) => sum + bucket.items, 0);

console.log(JSON.stringify({
    pages,
    numbers: rows.map((row) => row.number),
    title: found.data.title,
    waits_for: waitsFor,
    missing: [missing.response.status, problem?.type, problem?.parameter ?? null],
    open,
}));
