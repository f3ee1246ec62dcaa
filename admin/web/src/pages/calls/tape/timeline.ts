/**
 * A call's tape as what is drawn: lanes of words, spans of tools and steps, marks, latencies. Pure.
 *
 * All times are ms of call time, which is where they lie in the recording.
 */
import { AgentLines, soundsMs } from "./agentLines";
import { CallerTurns } from "./callerTurns";
import { type ControlRow, type InterpretedRow, MICRO_TURN_MS, type Row, type TurnRow } from "./rows";
import { type Interruption, interruptionsOf, type Response, responsesOf } from "./responses";
import { between, both, merged, type Span } from "./spans";
import { type ToolCall, ToolCalls } from "./tools";

export type Side = "caller" | "agent";

export interface TapeWord extends Span {
  /** Its place in `Timeline.words`. */
  id: number;
  side: Side;
  text: string;
  /** False: given out by the agent, and never heard to its end. */
  heard: boolean;
  /** Its line's place in `Timeline.lines`. */
  line: number;
}

/** What one side said in one go. */
export interface Line extends Span {
  id: number;
  side: Side;
  words: TapeWord[];
  /** A small utterance that does not take the floor ("mm-hm"). */
  passing: boolean;
  /** The agent was stopped before its end. */
  cut: boolean;
  /** How sure the platform was of the caller's words, 0..1; null: the agent's. */
  confidence: number | null;
}

export interface StepSpan extends Span {
  step: string;
  language: string;
}

export type Mark =
  | { kind: "keys"; atMs: number; keys: string }
  | { kind: "interruption"; atMs: number; yielded: boolean }
  | { kind: "backchannel"; atMs: number; text: string }
  | { kind: "control"; atMs: number; what: string; by: string; text: string };

export interface ChartOfCall {
  id: string;
  atMs: number;
  tool: string;
}

export interface Timeline {
  callId: string;
  flow: string;
  durationMs: number;
  /** As the tape ends; null: it is not over, or breaks off. */
  outcome: string | null;
  transferredTo: string | null;
  /** The languages spoken, in order; empty where the tape does not say. */
  languages: string[];
  words: TapeWord[];
  lines: Line[];
  steps: StepSpan[];
  tools: ToolCall[];
  marks: Mark[];
  /** What was said through an interpreter. */
  interpreted: InterpretedRow[];
  responses: Response[];
  interruptions: Interruption[];
  /** Nobody speaks, for more than `LEAST_SILENCE_MS`. */
  silences: Span[];
  /** Both speak. */
  overlaps: Span[];
  charts: ChartOfCall[];
  /** Sound that the line did not bring, in all. */
  lostSoundMs: number;
}

export const LEAST_SILENCE_MS = 1_500;
const LEAST_OVERLAP_MS = 120;
const PAUSE_WITHIN_SPEECH_MS = 350;
const BETWEEN_KEYS_MS = 1_600;

/** Take in a tape's rows. */
export function timelineOf(rows: readonly Row[]): Timeline {
  const agent = new AgentLines();
  const caller = new CallerTurns();
  const tools = new ToolCalls();
  const steps: StepSpan[] = [];
  const marks: Mark[] = [];
  const interpreted: InterpretedRow[] = [];
  let [callId, flow, language] = ["", "", ""];
  let outcome: string | null = null;
  let transferredTo: string | null = null;
  let [durationMs, lostSoundMs] = [0, 0];
  for (const row of rows) {
    switch (row.kind) {
      case "tape":
        [callId, flow, language] = [row.call_id ?? "", row.flow ?? "", row.language ?? ""];
        break;
      case "turn": {
        const acts = row.acts ?? [];
        agent.turn(row, acts);
        caller.turn(row, acts);
        tools.turn(row);
        takeSteps(steps, row);
        marks.push(...marksOf(row));
        interpreted.push(...(row.interpreted ?? []));
        lostSoundMs += row.filled_ms ?? 0;
        durationMs = (row.index + 1) * MICRO_TURN_MS;
        break;
      }
      case "after":
        tools.reports(row.reports, durationMs);
        break;
      case "end":
        outcome = row.outcome;
        transferredTo = row.transferred_to ?? null;
        durationMs = Math.max(durationMs, row.micro_turns * MICRO_TURN_MS);
    }
  }
  const { lines, words } = linesOf(caller, agent);
  const spoken = (side: Side) =>
    merged(
      words.filter((word) => word.side === side && word.heard && word.endMs > word.startMs),
      PAUSE_WITHIN_SPEECH_MS,
    );
  const [callerSpans, agentSpans] = [spoken("caller"), spoken("agent")];
  const interruptions = interruptionsOf(caller.turns, caller.beganMs, agent.lines, agent.yieldedMs);
  const last = steps.at(-1);
  if (last) last.endMs = durationMs;
  return {
    callId,
    flow,
    durationMs,
    outcome,
    transferredTo,
    languages: [...new Set([language, ...steps.map((step) => step.language)].filter(Boolean))],
    words,
    lines,
    steps,
    tools: tools.calls,
    marks: [
      ...joinedKeys(marks),
      ...interruptions.map(({ atMs, yielded }): Mark => ({ kind: "interruption", atMs, yielded })),
    ].sort((one, other) => one.atMs - other.atMs),
    interpreted,
    responses: responsesOf(caller.turns, agent.lines),
    interruptions,
    silences: between(merged([...callerSpans, ...agentSpans]), durationMs, LEAST_SILENCE_MS),
    overlaps: both(callerSpans, agentSpans, LEAST_OVERLAP_MS),
    charts: chartsOf(tools.calls),
    lostSoundMs,
  };
}

function linesOf(caller: CallerTurns, agent: AgentLines): { lines: Line[]; words: TapeWord[] } {
  const drafts: Omit<Line, "id">[] = [];
  for (const turn of caller.turns) {
    if (turn.words.length === 0) continue;
    const words = turn.words.map((word) =>
      draftWord("caller", word.text, word.start_ms, word.end_ms - word.start_ms, true),
    );
    drafts.push(draftLine("caller", words, { confidence: turn.confidence }));
  }
  for (const line of agent.lines) {
    if (line.words.length === 0) continue;
    const words = line.words.map((word) =>
      draftWord("agent", word.text, soundsMs(word), word.endMs - word.startMs, word.fate === "heard"),
    );
    drafts.push(draftLine("agent", words, { passing: !line.offerId, cut: words.some((word) => !word.heard) }));
  }
  drafts.sort((one, other) => one.startMs - other.startMs);
  const lines = drafts.map((draft, id): Line => ({ ...draft, id }));
  const words = lines.flatMap((line) => line.words.map((word) => Object.assign(word, { line: line.id })));
  words.forEach((word, id) => Object.assign(word, { id }));
  return { lines, words };
}

function draftWord(side: Side, text: string, startMs: number, lengthMs: number, heard: boolean): TapeWord {
  return { id: -1, line: -1, side, text, startMs, endMs: startMs + lengthMs, heard };
}

function draftLine(side: Side, words: TapeWord[], more: Partial<Line>): Omit<Line, "id"> {
  const startMs = Math.min(...words.map((word) => word.startMs));
  const endMs = Math.max(...words.map((word) => word.endMs));
  return { side, words, startMs, endMs, passing: false, cut: false, confidence: null, ...more };
}

function takeSteps(steps: StepSpan[], row: TurnRow): void {
  const atMs = row.index * MICRO_TURN_MS;
  for (const { step, language } of row.steps ?? []) {
    const last = steps.at(-1);
    if (last?.step === step && last.language === language) continue;
    if (last) last.endMs = atMs;
    if (last && last.startMs === atMs) steps.pop(); // passed through at once
    steps.push({ step, language, startMs: atMs, endMs: atMs });
  }
}

function marksOf(row: TurnRow): Mark[] {
  const atMs = row.index * MICRO_TURN_MS;
  const marks: Mark[] = [];
  if (row.keys) marks.push({ kind: "keys", atMs, keys: row.keys });
  for (const act of row.acts ?? []) {
    if (act.act === "Backchannelled") marks.push({ kind: "backchannel", atMs, text: act.text ?? "" });
  }
  for (const { what, by, at_ms, text } of (row.control ?? []) as ControlRow[]) {
    marks.push({ kind: "control", atMs: at_ms, what, by, text: text ?? "" });
  }
  return marks;
}

/** Keys pressed one after the other as one mark: "104233". */
function joinedKeys(marks: readonly Mark[]): Mark[] {
  const joined: Mark[] = [];
  let lastKeyMs = -Infinity;
  let open: Extract<Mark, { kind: "keys" }> | null = null;
  for (const mark of marks) {
    if (mark.kind !== "keys") {
      joined.push(mark);
      continue;
    }
    if (open && mark.atMs - lastKeyMs <= BETWEEN_KEYS_MS) open.keys += mark.keys;
    else joined.push((open = { ...mark }));
    lastKeyMs = mark.atMs;
  }
  return joined;
}

function chartsOf(calls: readonly ToolCall[]): ChartOfCall[] {
  return calls.flatMap((call) => {
    const id = call.result?.["chart_id"];
    return typeof id === "string" && call.settledMs !== null ? [{ id, atMs: call.settledMs, tool: call.tool }] : [];
  });
}
