/** What the flows' pages read and do through the API. */
import { queryOptions } from "@tanstack/react-query";
import { api, Refusal, type Schemas, taken, takenWithTag } from "@/api/client";
import type { SaveAnswer } from "./draft/store";

export type Finding = Schemas["Finding"];
export type FlowSummary = Schemas["FlowSummary"];
export type Version = Schemas["Version"];

const LONGEST_LIST = 100;

export const flowsQuery = queryOptions({
  queryKey: ["flows", "list"],
  queryFn: async () => {
    const rows: FlowSummary[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await taken(
        api.GET("/flows", { params: { query: { limit: LONGEST_LIST, ...(cursor ? { cursor } : {}) } } }),
      );
      rows.push(...page.rows);
      cursor = page.next;
    } while (cursor);
    return rows;
  },
});

export const shippedQuery = queryOptions({
  queryKey: ["flows", "shipped"],
  staleTime: Infinity,
  queryFn: () => taken(api.GET("/flows/shipped")),
});

export const flowQuery = (name: string) =>
  queryOptions({
    queryKey: ["flows", "one", name],
    queryFn: () => taken(api.GET("/flows/{name}", { params: { path: { name } } })),
  });

export const draftQuery = (name: string) =>
  queryOptions({
    queryKey: ["flows", "draft", name],
    queryFn: () => takenWithTag(api.GET("/flows/{name}/draft", { params: { path: { name } } })),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const versionsQuery = (name: string) =>
  queryOptions({
    queryKey: ["flows", "versions", name],
    queryFn: () => taken(api.GET("/flows/{name}/versions", { params: { path: { name }, query: { limit: LONGEST_LIST } } })),
  });

export const versionQuery = (name: string, number: number) =>
  queryOptions({
    queryKey: ["flows", "version", name, number],
    staleTime: Infinity,
    queryFn: () => taken(api.GET("/flows/{name}/versions/{number}", { params: { path: { name, number } } })),
  });

interface ConflictBody {
  theirs: { revision: number; yaml: string; saved_by: string; saved_at: string };
}

/** Save a draft; a conflict is an answer, all else that goes wrong is thrown. */
export async function saveDraft(name: string, yaml: string, etag: string): Promise<SaveAnswer> {
  try {
    const { data } = await takenWithTag(
      api.PUT("/flows/{name}/draft", { params: { path: { name }, header: { "If-Match": etag } }, body: { yaml } }),
    );
    return { etag: `"${data.revision}"` };
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 412)) throw error;
    const { theirs } = error.body as unknown as ConflictBody;
    return {
      conflict: { yaml: theirs.yaml, etag: `"${theirs.revision}"`, savedBy: theirs.saved_by, savedAt: theirs.saved_at },
    };
  }
}
