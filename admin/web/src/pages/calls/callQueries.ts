/** What the pages of calls read from the API. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, taken } from "@/api/client";
import type { CallFilters } from "./filters";
import { peaksOf } from "./tape/peaks";
import { rowsOf } from "./tape/rows";

export type CallSummary = Schemas["CallSummary"];
export type CallDetails = Schemas["CallDetails"];

const PAGE = 100;
const TAPE_PAGE = 5_000;
const RUNNING_MS = 5_000;

export const callsQuery = (filters: CallFilters) =>
  infiniteQueryOptions({
    queryKey: ["calls", filters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      taken(api.GET("/calls", { params: { query: { ...filters, limit: PAGE, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next,
  });

export const callQuery = (callId: string) =>
  queryOptions({
    queryKey: ["call", callId],
    queryFn: ({ signal }) => taken(api.GET("/calls/{call_id}", { params: { path: { call_id: callId } }, signal })),
    refetchInterval: ({ state }) => (state.data?.ended_at === null ? RUNNING_MS : false),
  });

/** All rows of a call's tape; `running` reads them anew. */
export const tapeQuery = (callId: string, ended: boolean) =>
  queryOptions({
    queryKey: ["call", callId, "tape", ended],
    staleTime: ended ? Infinity : 0,
    queryFn: async ({ signal }) => {
      const found: Record<string, unknown>[] = [];
      for (let cursor: string | null = null; ; ) {
        const query: { limit: number; cursor?: string } = { limit: TAPE_PAGE, ...(cursor && { cursor }) };
        const params = { path: { call_id: callId }, query };
        const page: Schemas["TapeRows"] = await taken(api.GET("/calls/{call_id}/tape", { params, signal }));
        found.push(...page.rows);
        if (page.next === null) return { raw: found, rows: rowsOf(found) };
        cursor = page.next;
      }
    },
  });

export const waveformQuery = (callId: string, ended: boolean) =>
  queryOptions({
    queryKey: ["call", callId, "waveform", ended],
    staleTime: ended ? Infinity : 0,
    queryFn: async ({ signal }) => {
      const params = { path: { call_id: callId } };
      const bytes = await taken(api.GET("/calls/{call_id}/waveform", { params, parseAs: "arrayBuffer", signal }));
      return peaksOf(bytes as unknown as ArrayBuffer);
    },
  });

/** `leg`: of somebody who was called to speak with the caller, by number. */
export function audioAddress(callId: string, leg?: number): string {
  const address = `/api/calls/${encodeURIComponent(callId)}/audio`;
  return leg === undefined ? address : `${address}?leg=${leg}`;
}
