/** Calls, newest first, as many as one scrolls to; only those in sight are on the page. */
import { Link } from "@tanstack/react-router";
import { Hand, Star, TriangleAlert } from "lucide-react";
import { memo, type RefObject } from "react";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { MICRO_TURN_MS, moment, span } from "@/ui/time";
import type { CallSummary } from "./callQueries";
import { flowText } from "./filters";
import { outcomeOf, paceOf, seconds } from "./tape/wording";
import type { RowsInSight } from "./useRows";

export const ROW_PX = 44;
export const HEAD_PX = 36;

/** Of the columns; the last three go where there is little room. */
const COLUMNS =
  "grid grid-cols-[minmax(8.5rem,1fr)_minmax(11.5rem,1fr)_minmax(9rem,1fr)_10rem_4.5rem] lg:grid-cols-[minmax(8.5rem,1fr)_minmax(11.5rem,1fr)_minmax(9rem,1fr)_10rem_4rem_5rem_7rem] items-center gap-x-4 px-6";

interface Props {
  calls: readonly CallSummary[];
  inSight: RowsInSight;
  chosen: number;
  body: RefObject<HTMLDivElement | null>;
}

export function CallsTable({ calls, inSight, chosen, body }: Props) {
  return (
    <div role="table" aria-label="Calls" aria-rowcount={-1} className="text-[13.5px]">
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-canvas" style={{ height: HEAD_PX }}>
        <div role="row" className={cx(COLUMNS, "h-full text-xs font-medium text-faint")}>
          <span role="columnheader">Caller</span>
          <span role="columnheader">Began</span>
          <span role="columnheader">Flow</span>
          <span role="columnheader">Outcome</span>
          <span role="columnheader" className="text-right">
            Length
          </span>
          <span role="columnheader" className="hidden text-right lg:block">
            Slowest
          </span>
          <span role="columnheader" className="hidden lg:block">
            Notable
          </span>
        </div>
      </div>
      <div ref={body} role="rowgroup" className="relative" style={{ height: calls.length * ROW_PX }}>
        {calls.slice(inSight.from, inSight.until).map((call, at) => (
          <Row key={call.id} call={call} row={inSight.from + at} chosen={inSight.from + at === chosen} />
        ))}
      </div>
    </div>
  );
}

const Row = memo(function Row({ call, row, chosen }: { call: CallSummary; row: number; chosen: boolean }) {
  const [name, tone] = outcomeOf(call.outcome);
  const slowest = call.measures?.slowest_ms ?? null;
  return (
    <Link
      to="/calls/$callId"
      params={{ callId: call.id }}
      role="row"
      aria-rowindex={row + 2}
      data-row={row}
      data-call={call.id}
      data-chosen={chosen || undefined}
      className={cx(
        COLUMNS,
        "absolute inset-x-0 border-b border-line bg-surface hover:bg-sunken",
        chosen && "bg-accent-soft shadow-[inset_2px_0_0_var(--accent)] hover:bg-accent-soft",
      )}
      style={{ top: row * ROW_PX, height: ROW_PX }}
    >
      <span role="cell" className="tabular truncate font-medium">
        {call.from_number || "Unknown number"}
      </span>
      <span role="cell" className="tabular truncate text-muted">
        {moment(call.began_at)}
      </span>
      <span role="cell" className="truncate text-muted" title={call.flow}>
        {flowText(call.flow)}
      </span>
      <span role="cell" className="min-w-0">
        <Badge tone={tone}>{name}</Badge>
      </span>
      <span role="cell" className="tabular text-right text-muted">
        {call.outcome === null ? "…" : span(call.measures?.duration_ms ?? call.micro_turns * MICRO_TURN_MS)}
      </span>
      <span role="cell" className="tabular hidden text-right lg:block">
        {slowest === null ? (
          <span className="text-faint">–</span>
        ) : (
          <span className={{ good: "text-muted", warn: "text-warn", bad: "text-bad" }[paceOf(slowest)]}>{seconds(slowest)}</span>
        )}
      </span>
      <span role="cell" className="hidden items-center gap-2.5 text-xs text-muted lg:flex">
        <Notable call={call} />
      </span>
    </Link>
  );
});

/** What stands out: interruptions, tools that failed, what the caller thought of it. */
function Notable({ call: { measures } }: { call: CallSummary }) {
  if (!measures) return null;
  const { interruptions, tool_failures, satisfaction } = measures;
  return (
    <>
      {tool_failures > 0 && (
        <span title={`${tool_failures} tool calls failed`} className="flex items-center gap-1 text-bad">
          <TriangleAlert className="size-3.5" aria-hidden /> {tool_failures}
          <span className="sr-only">tools failed</span>
        </span>
      )}
      {interruptions > 0 && (
        <span title={`The caller spoke over the agent ${interruptions}×`} className="flex items-center gap-1 text-warn">
          <Hand className="size-3.5" aria-hidden /> {interruptions}
          <span className="sr-only">interruptions</span>
        </span>
      )}
      {satisfaction !== null && (
        <span title={`The caller gave it ${satisfaction} of 5`} className="flex items-center gap-1">
          <Star className="size-3.5" aria-hidden /> {satisfaction}
          <span className="sr-only">of 5</span>
        </span>
      )}
    </>
  );
}
