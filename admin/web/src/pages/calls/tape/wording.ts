/** What people read of a tape: outcomes, tools, marks. */
import type { Tone } from "@/ui/Badge";
import { languageName } from "@/ui/languages";
import type { ToolCall, ToolState } from "./tools";
import type { Mark } from "./timeline";

const OUTCOMES: Readonly<Record<string, readonly [string, Tone]>> = {
  completed: ["Completed", "good"],
  caller_hung_up: ["Caller hung up", "plain"],
  transferred: ["Transferred", "accent"],
  ended_by_manager: ["Ended by a manager", "warn"],
  failed: ["Failed", "bad"],
  abandoned: ["Broken off", "bad"],
  time_limit: ["Time limit", "warn"],
};

/** The name and the tone of a call's outcome; null: it runs. */
export function outcomeOf(outcome: string | null): readonly [string, Tone] {
  if (outcome === null) return ["Running", "accent"];
  return OUTCOMES[outcome] ?? [plain(outcome), "plain"];
}

export const OUTCOME_NAMES: readonly (readonly [string, string])[] = [
  ...Object.entries(OUTCOMES).map(([outcome, [name]]) => [outcome, name] as const),
  ["running", "Running"],
];

/** "order_status" as people write it: "Order status". */
export function plain(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const STATES: Readonly<Record<ToolState, readonly [string, Tone]>> = {
  asked: ["No answer", "warn"],
  progress: ["No answer", "warn"],
  partial: ["In part", "warn"],
  result: ["Answered", "good"],
  failed: ["Failed", "bad"],
  cancelled: ["Cancelled", "plain"],
  wasted: ["Begun early, not needed", "plain"],
};

export function stateOf(call: ToolCall): readonly [string, Tone] {
  return STATES[call.state];
}

const CONTROLS: Readonly<Record<string, string>> = {
  whisper: "whispered",
  take_over: "took the call over",
  hand_back: "handed the call back",
  end: "ended the call",
};

export function markText(mark: Mark): string {
  switch (mark.kind) {
    case "keys":
      return `Keys ${mark.keys}`;
    case "backchannel":
      return `Said in passing: “${mark.text}”`;
    case "interruption":
      return mark.yielded ? "Interrupted: the agent stopped" : "Spoken over: the agent went on";
    case "control":
      if (mark.what === "interpret") return `${mark.by} took the call over through an interpreter, in ${languageName(mark.text)}`;
      return `${mark.by} ${CONTROLS[mark.what] ?? plain(mark.what).toLowerCase()}${mark.text ? `: “${mark.text}”` : ""}`;
  }
}

/** 0.74 s, or 740 ms below a tenth. */
export function seconds(ms: number): string {
  return Math.abs(ms) < 100 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 9_950 ? 2 : 1)} s`;
}

export const SLOW_MS = 1_000;
const LATE_MS = 2_000;

/** How a response feels: within a second it is quick, after two it is late. */
export function paceOf(latencyMs: number): "good" | "warn" | "bad" {
  return latencyMs <= SLOW_MS ? "good" : latencyMs <= LATE_MS ? "warn" : "bad";
}
