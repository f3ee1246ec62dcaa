/** The transcript: what was said and done, one below the other, in the order in which it began. Pure. */
import type { InterpretedRow } from "./rows";
import type { Span } from "./spans";
import type { Line, Mark, Timeline } from "./timeline";
import type { ToolCall } from "./tools";
import type { Response } from "./responses";

export type Entry =
  | { kind: "line"; atMs: number; line: Line; response: Response | null }
  | { kind: "tool"; atMs: number; tool: ToolCall }
  | { kind: "mark"; atMs: number; mark: Mark }
  | { kind: "interpreted"; atMs: number; row: InterpretedRow }
  | { kind: "silence"; atMs: number; span: Span };

const LONG_SILENCE_MS = 3_000;
const ORDER = ["line", "interpreted", "mark", "tool", "silence"] as const;

export function entriesOf(timeline: Timeline): Entry[] {
  const entries: Entry[] = [
    ...timeline.lines.map((line): Entry => ({ kind: "line", atMs: line.startMs, line, response: responseOf(line, timeline) })),
    ...timeline.tools.map((tool): Entry => ({ kind: "tool", atMs: tool.beganMs, tool })),
    ...timeline.marks.filter((mark) => mark.kind !== "backchannel").map((mark): Entry => ({ kind: "mark", atMs: mark.atMs, mark })),
    ...timeline.interpreted.map((row): Entry => ({ kind: "interpreted", atMs: row.from_ms, row })),
    ...timeline.silences
      .filter(({ startMs, endMs }) => endMs - startMs >= LONG_SILENCE_MS)
      .map((span): Entry => ({ kind: "silence", atMs: span.startMs, span })),
  ];
  return entries.sort((one, other) => one.atMs - other.atMs || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

/** The response that a line of the agent begins. */
function responseOf(line: Line, timeline: Timeline): Response | null {
  if (line.side !== "agent") return null;
  return timeline.responses.find(({ answeredMs }) => answeredMs === line.startMs) ?? null;
}
