// What is written on an item.
import { api, ask, Refusal, type Schemas } from "./api";

export type Entry = Schemas["TextEntry"];
export type Text = Schemas["TextAnswer"];

/** `null`: GitHub does not show it, or the item is not to be seen. */
export async function texts(owner: string, repo: string, number: number, before: string | null): Promise<Text | null> {
  const params = { path: { owner, repo, number }, query: before === null ? {} : { before } };
  try {
    return await ask(api.GET("/api/v1/items/{owner}/{repo}/{number}/text", { params }));
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}
