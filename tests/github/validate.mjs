// Holds recorded exchanges with the tests' fake to what GitHub publishes. A line of standard input
// is an exchange:
//   {"method": "GET", "route": "/repos/{owner}/{repo}/issues", "sent": null, "status": 200, "body": ...}
//   {"graphql": "query ...", "variables": {...}, "status": 200, "body": {"data": ..., "errors": [...]}}
// Prints what is wrong, a line each, and exits 1; else how many are valid.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { schema } from "@octokit/graphql-schema";
import Ajv from "ajv";
import { buildSchema, executeSync, parse, validate } from "graphql";

const require = createRequire(import.meta.url);
const api = JSON.parse(readFileSync(join(dirname(require.resolve("@octokit/openapi/package.json")), "generated/api.github.com.json"), "utf8"));
const graph = buildSchema(schema.idl, { assumeValid: true });

// OpenAPI 3.0 writes "may be null" in a way of its own.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
function nullable(node) {
  if (Array.isArray(node)) return node.map(nullable);
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, nullable(value)]));
  if (copy.nullable !== true) return copy;
  delete copy.nullable;
  return { anyOf: [copy, { type: "null" }] };
}
ajv.addSchema({ $id: "api", components: nullable(api.components) });
const absolute = (node) => JSON.parse(JSON.stringify(node).replaceAll('"$ref":"#/', '"$ref":"api#/'));

const compiled = new Map();
function checker(schema) {
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) compiled.set(key, ajv.compile(absolute(nullable(schema))));
  return compiled.get(key);
}

const follow = (node) =>
  node?.$ref ? node.$ref.split("/").slice(1).reduce((at, key) => at[key], api) : node;

function rest({ method, route, sent, status, body }) {
  const operation = api.paths[route]?.[method.toLowerCase()];
  if (!operation) return [`there is no ${method} ${route}`];
  const asked = follow(operation.requestBody)?.content?.["application/json"]?.schema;
  if (asked && sent !== null && sent !== undefined && status < 300) {
    const check = checker(asked);
    if (!check(sent)) return check.errors.slice(0, 5).map((error) => `sent${error.instancePath} ${error.message}`);
  }
  // Refusals are documented for all operations together, not for each.
  const general = [401, 403, 429].includes(status) || status >= 500;
  const response = follow(operation.responses[String(status)]);
  if (!response && !general) return [`the status ${status} is not documented`];
  const schema = response?.content?.["application/json"]?.schema ??
    (general ? { $ref: "#/components/schemas/basic-error" } : undefined);
  if (!schema || body === null || body === undefined) return [];
  const check = checker(schema);
  return check(body) ? [] : check.errors.slice(0, 5).map((error) => `body${error.instancePath} ${error.message}`);
}

function graphql({ graphql: query, variables, body }) {
  const document = parse(query);
  const faults = validate(graph, document).map((error) => error.message);
  if (faults.length || !body?.data) return faults;
  const { data, errors } = executeSync({
    schema: graph,
    document,
    rootValue: body.data,
    variableValues: variables,
    fieldResolver: (source, _args, _context, info) => source[info.path.key],
    typeResolver: (value) => value.__typename,
  });
  for (const error of errors ?? []) faults.push(`${error.path?.join("/")}: ${error.message}`);
  if (!errors && JSON.stringify(sorted(data)) !== JSON.stringify(sorted(body.data))) {
    faults.push("the answer holds other fields than were asked for");
  }
  return faults;
}

function sorted(node) {
  if (Array.isArray(node)) return node.map(sorted);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.keys(node).sort().map((key) => [key, sorted(node[key])]));
}

let count = 0;
let wrong = 0;
for (const line of readFileSync(0, "utf8").split("\n").filter((line) => line.trim())) {
  const exchange = JSON.parse(line);
  const name = exchange.graphql ? `graphql ${/query (\w+)/.exec(exchange.graphql)?.[1]}` : `${exchange.method} ${exchange.route}`;
  const faults = exchange.graphql ? graphql(exchange) : rest(exchange);
  for (const fault of faults) console.log(`${name} ${exchange.status}: ${fault}`);
  wrong += faults.length;
  count += 1;
}
if (wrong || !count) {
  console.log(`${wrong} faults in ${count} exchanges`);
  process.exit(1);
}
console.log(`${count} exchanges valid`);
