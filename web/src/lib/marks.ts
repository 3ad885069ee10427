// Marking items as read or unread, and taking the last of these back.
import { api, ask, type Row } from "./api";

interface Done {
  rows: Row[];
  read: boolean;
}
const done: Done[] = [];

export function pathOf(repository: string, number: number) {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo, number };
}

/** Writes it and answers the row as it is then. */
async function write(row: Row, read: boolean): Promise<Row> {
  const path = pathOf(row.repository, row.number);
  const { position } = await ask(
    read
      ? api.PUT("/api/v1/items/{owner}/{repo}/{number}/read", { params: { path } })
      : api.DELETE("/api/v1/items/{owner}/{repo}/{number}/read", { params: { path } }),
  );
  const query = { min_position: position };
  return await ask(api.GET("/api/v1/items/{owner}/{repo}/{number}", { params: { path, query } }));
}

/** Marks items one after the other, and calls `changed` with each row as it is then. What was done before a fault stays. */
export async function mark(rows: Row[], read: boolean, changed: (row: Row) => void): Promise<void> {
  const act: Done = { rows: [], read };
  try {
    for (const row of rows) {
      const now = await write(row, read);
      act.rows.push(now);
      changed(now);
    }
  } finally {
    if (act.rows.length > 0) done.push(act);
  }
}

/** Takes back the last marks of this tab. Answers the items; none if there is nothing to take back. */
export async function undo(changed: (row: Row) => void): Promise<Row[]> {
  const last = done.at(-1);
  if (last === undefined) return [];
  for (const row of last.rows) changed(await write(row, !last.read));
  done.pop();
  return last.rows;
}
