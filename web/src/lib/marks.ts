// Marking items as read or unread, many at once, and taking the last act back as one.
import { api, ask, type Row } from "./api";

interface Done {
  id: string;
  account: string;
  rows: Row[];
}
const done: Done[] = [];
/** As many as the service takes at once. */
const MOST = 1_000;

export function pathOf(repository: string, number: number) {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo, number };
}

/** Reads the items anew, and calls `changed` with each row as it is then. */
async function reread(rows: Row[], position: number, changed: (row: Row) => void): Promise<void> {
  for (const row of rows) {
    const path = pathOf(row.repository, row.number);
    const query = { min_position: position };
    changed(await ask(api.GET("/api/v1/items/{owner}/{repo}/{number}", { params: { path, query } })));
  }
}

/** Marks items at once, and calls `changed` with each row as it is then. */
export async function mark(rows: Row[], read: boolean, changed: (row: Row) => void): Promise<void> {
  for (let from = 0; from < rows.length; from += MOST) {
    const some = rows.slice(from, from + MOST);
    const account = pathOf(some[0]?.repository ?? "", 0).owner;
    const items = some.map(({ repository, number }) => ({ repository, number }));
    const { id, position } = await ask(api.POST("/api/v1/marks", { params: { query: { account } }, body: { read, items } }));
    if (id !== null) done.push({ id, account, rows: some });
    await reread(some, position, changed);
  }
}

/** Takes back the last marks of this tab. Answers the items; none if there is nothing to take back. */
export async function undo(changed: (row: Row) => void): Promise<Row[]> {
  const last = done.at(-1);
  if (last === undefined) return [];
  const { id, account, rows } = last;
  const { position } = await ask(api.DELETE("/api/v1/marks/{id}", { params: { path: { id }, query: { account } } }));
  done.pop();
  await reread(rows, position, changed);
  return rows;
}
