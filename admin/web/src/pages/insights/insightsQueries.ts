import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, taken } from "@/api/client";
import type { Span } from "./range";

export type Insights = Schemas["Insights"];

/** Figures of a span, by the days of whoever looks. */
export const insightsQuery = (span: Span, flow: string | undefined) =>
  queryOptions({
    queryKey: ["insights", span, flow],
    staleTime: 60_000,
    queryFn: ({ signal }) => {
      const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
      return taken(api.GET("/insights", { params: { query: { ...span, timezone, ...(flow && { flow }) } }, signal }));
    },
  });
