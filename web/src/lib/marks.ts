// Marking items as read or unread, and taking the last of these back.
import { api, ask, type Row } from "./api";

interface Done {
  row: Row;
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

export async function mark(row: Row, read: boolean): Promise<Row> {
  const changed = await write(row, read);
  done.push({ row: changed, read });
  return changed;
}

/** Takes back the last mark of this tab. Answers the item, or nothing if there is none. */
export async function undo(): Promise<Row | null> {
  const last = done.pop();
  if (last === undefined) return null;
  try {
    return await write(last.row, !last.read);
  } catch (error) {
    done.push(last);
    throw error;
  }
}
