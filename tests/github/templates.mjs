// Writes templates.json: for each kind of object that the tests' fake answers with, one that has
// every field GitHub's description requires, filled with something of the right type. Run it after
// a newer @octokit/openapi: node templates.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const home = dirname(require.resolve("@octokit/openapi/package.json"));
const api = JSON.parse(readFileSync(join(home, "generated/api.github.com.json"), "utf8"));

const resolve = (schema) => {
  while (schema?.$ref) schema = schema.$ref.split("/").slice(1).reduce((at, key) => at[key], api);
  return schema ?? {};
};

function sample(schema, depth = 0) {
  schema = resolve(schema);
  if (schema.nullable && depth > 0) return null;
  if (schema.enum) return schema.enum[0];
  for (const many of ["oneOf", "anyOf"]) if (schema[many]) return sample(schema[many][0], depth);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => sample(part, depth)));
  switch (schema.type) {
    case "string":
      if (schema.format === "date-time") return "2020-01-01T00:00:00Z";
      return schema.format === "uri" ? "https://github.example/x" : "x";
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return false;
    case "array":
      return [];
    default: {
      const fields = {};
      if (depth > 4) return fields;
      for (const name of schema.required ?? []) fields[name] = sample(schema.properties?.[name] ?? {}, depth + 1);
      return fields;
    }
  }
}

const answer = (method, path, status) => {
  const media = resolve(api.paths[path][method].responses[status]).content["application/json"];
  const schema = resolve(media.schema);
  return sample(schema.type === "array" ? schema.items : schema);
};

const templates = {
  user: sample({ $ref: "#/components/schemas/simple-user" }),
  private_user: answer("get", "/user", "200"),
  issue: answer("get", "/repos/{owner}/{repo}/issues", "200"),
  label: answer("get", "/repos/{owner}/{repo}/labels", "200"),
  repository: sample({ $ref: "#/components/schemas/repository" }),
  full_repository: answer("get", "/repos/{owner}/{repo}", "200"),
  installation: answer("get", "/app/installations", "200"),
  app: answer("get", "/app", "200"),
  delivery: answer("get", "/app/hook/deliveries", "200"),
  conversion: answer("post", "/app-manifests/{code}/conversions", "201"),
};
writeFileSync(new URL("templates.json", import.meta.url), `${JSON.stringify(templates, null, 1)}\n`);
