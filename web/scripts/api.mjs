// Makes the types of the API's client of a description on standard input, and prints them. What describes, and what only
// other clients need, is left out.
//
//     bugscrub openapi | node scripts/api.mjs > src/lib/schema.d.ts
import openapiTS, { astToString } from "openapi-typescript";

const WORDS = new Set(["description", "summary", "example", "examples", "title", "headers"]);

function plain(value, inside) {
  if (Array.isArray(value)) return value.map((each) => plain(each, ""));
  if (value === null || typeof value !== "object") return value;
  // Below `properties` stand names of fields, which may be such words.
  const named = ["properties", "schemas", "parameters", "responses"].includes(inside);
  const kept = Object.entries(value).filter(([name]) => named || !WORDS.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, plain(each, name)]));
}

let text = "";
for await (const part of process.stdin) text += part;
const description = plain(JSON.parse(text), "");
// A response must have a description.
for (const response of Object.values(description.components.responses ?? {})) response.description = "";
const types = await openapiTS(description, { alphabetize: false });
process.stdout.write(`// Made by scripts/api.mjs. Do not edit: make api\n${astToString(types)}`);
