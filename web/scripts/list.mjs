// Lists the files of the built page for the compiler of the service (src/http/page.rs): the name, the media type, the bytes.
import { readdirSync, renameSync, writeFileSync } from "node:fs";

const KINDS = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };
const folder = new URL("../dist/page/", import.meta.url);
const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.split("/dist/page/")[1].replace(/^\/+/, ""))
  .sort();
const lines = names.map((name) => {
  const kind = KINDS[name.split(".").pop()];
  if (kind === undefined) throw new Error(`${name}: no media type`);
  return `    (${JSON.stringify(name)}, ${JSON.stringify(kind)}, include_bytes!(${JSON.stringify(`page/${name}`)})),\n`;
});
const list = new URL("../dist/files.rs", import.meta.url);
writeFileSync(new URL("../dist/files.rs.new", import.meta.url), `&[\n${lines.join("")}]\n`);
renameSync(new URL("../dist/files.rs.new", import.meta.url), list);
