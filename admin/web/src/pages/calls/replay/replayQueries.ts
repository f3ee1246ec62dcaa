import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, taken } from "@/api/client";

export type ReplayDetails = Schemas["ReplayDetails"];
export type ReplaySummary = Schemas["ReplaySummary"];
export type Comparison = Schemas["Comparison"];
export type Difference = NonNullable<Comparison["diverges"]>;

const LOOK_MS = 1_000;

/** Whether a replay is still to be awaited. */
export function underWay(status: ReplaySummary["status"]): boolean {
  return status === "waiting" || status === "running";
}

export const replaysQuery = (callId: string) =>
  queryOptions({
    queryKey: ["call", callId, "replays"],
    queryFn: ({ signal }) => taken(api.GET("/calls/{call_id}/replays", { params: { path: { call_id: callId } }, signal })),
  });

/** A replay, looked at again and again until it is over. */
export const replayQuery = (replayId: string) =>
  queryOptions({
    queryKey: ["replay", replayId],
    queryFn: ({ signal }) => taken(api.GET("/replays/{replay_id}", { params: { path: { replay_id: replayId } }, signal })),
    refetchInterval: ({ state }) => (state.data && underWay(state.data.status) ? LOOK_MS : false),
  });

export function replayAudioAddress(replayId: string): string {
  return `/api/replays/${encodeURIComponent(replayId)}/audio`;
}
