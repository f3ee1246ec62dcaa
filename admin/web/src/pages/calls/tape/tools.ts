/** What background agents did during a call: what was asked of whom, when it was known, and what came of it. */
import { MICRO_TURN_MS, type ReportRow, type TurnRow } from "./rows";

export type ToolState = "asked" | "progress" | "partial" | "result" | "failed" | "cancelled" | "wasted";

export interface ToolCall {
  taskId: string;
  tool: string;
  arguments: Record<string, unknown>;
  /** The goal, when a language model does the work. */
  goal: string | null;
  /** The step of the flow that asked. */
  step: string;
  /** Call time; earlier than asked when it was begun while the caller still spoke. */
  beganMs: number;
  askedMs: number | null;
  settledMs: number | null;
  state: ToolState;
  result: Record<string, unknown> | null;
  error: string | null;
  message: string;
  attempt: number;
}

const SETTLED: ReadonlySet<string> = new Set(["result", "failed", "cancelled"]);

/** Follows delegations, reports and early look-ups, row by row. */
export class ToolCalls {
  private readonly known = new Map<string, ToolCall>();

  get calls(): ToolCall[] {
    return [...this.known.values()].sort((one, other) => one.beganMs - other.beganMs);
  }

  turn(row: TurnRow): void {
    const beginsMs = row.index * MICRO_TURN_MS;
    for (const early of row.speculation ?? []) {
      if (early.what === "begun") {
        this.known.set(early.task_id, begun(early.task_id, early.tool, early.arguments, beginsMs));
      } else if (early.what === "dropped") {
        const wasted = this.known.get(early.task_id);
        if (wasted) Object.assign(wasted, { state: "wasted", settledMs: beginsMs });
      } else if (early.adopted_as) {
        // Written in the row of the delegation it stands for, which finds it under its own name.
        const own = this.known.get(early.task_id);
        this.known.delete(early.task_id);
        if (own) this.known.set(early.adopted_as, { ...own, taskId: early.adopted_as });
      }
    }
    for (const asked of row.delegations ?? []) {
      const before = this.known.get(asked.task_id);
      const call = before ?? begun(asked.task_id, asked.tool, asked.arguments, beginsMs);
      call.askedMs ??= beginsMs;
      call.step = asked.step ?? "";
      call.goal = asked.brief?.goal ?? null;
      this.known.set(asked.task_id, call);
    }
    this.reports(row.reports ?? [], beginsMs);
  }

  /** Reports that came at a moment of the call, or (after its end) at none: `atMs` is then the end. */
  reports(reports: readonly ReportRow[], atMs: number): void {
    for (const report of reports) {
      const call = this.known.get(report.task_id);
      if (!call || call.settledMs !== null) continue;
      call.state = report.kind;
      call.settledMs = SETTLED.has(report.kind) ? atMs : null;
      call.result = report.result ?? call.result;
      call.error = report.error ?? null;
      call.message = report.message ?? "";
      call.attempt = report.attempt ?? 1;
    }
  }
}

function begun(taskId: string, tool: string, given: Record<string, unknown> | undefined, atMs: number): ToolCall {
  return {
    taskId,
    tool,
    arguments: given ?? {},
    goal: null,
    step: "",
    beganMs: atMs,
    askedMs: null,
    settledMs: null,
    state: "asked",
    result: null,
    error: null,
    message: "",
    attempt: 1,
  };
}
