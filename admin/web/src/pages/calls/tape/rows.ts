/** Rows of a tape, as `telephony/tape.py` writes them. What is unknown in a row is passed over. */

export const MICRO_TURN_MS = 200;

export interface WordRow {
  text: string;
  start_ms: number;
  end_ms: number;
  confidence?: number;
}

export interface ActRow {
  act: string;
  at_ms?: number;
  text?: string;
  offer_id?: string;
  transcript?: { words: WordRow[]; final: boolean; confidence: number };
}

export interface DelegationRow {
  task_id: string;
  tool: string;
  arguments?: Record<string, unknown>;
  step?: string;
  brief?: { goal: string } | null;
}

export interface ReportRow {
  task_id: string;
  tool: string;
  kind: "progress" | "partial" | "result" | "failed" | "cancelled";
  attempt?: number;
  result?: Record<string, unknown> | null;
  error?: string | null;
  message?: string;
}

export interface EarlyRow {
  what: "begun" | "adopted" | "dropped";
  task_id: string;
  tool: string;
  arguments?: Record<string, unknown>;
  adopted_as?: string | null;
  ready?: boolean;
}

export interface ControlRow {
  what: string;
  by: string;
  at_ms: number;
  text?: string;
}

/** Something one of two people said, and what an interpreter said for it; an empty `text`: it was not translated. */
export interface InterpretedRow {
  speaker: "caller" | "other";
  source: string;
  source_language: string;
  text: string;
  language: string;
  from_ms: number;
  said_ms: number;
  lag_ms: number;
  corrects: boolean;
}

export interface TurnRow {
  kind: "turn";
  index: number;
  caller?: { text: string; final: boolean; confidence: number; words: WordRow[] };
  agent?: { offer: string | null; words: WordRow[] };
  heard_ms?: number;
  keys?: string;
  filled_ms?: number;
  acts?: ActRow[];
  delegations?: DelegationRow[];
  reports?: ReportRow[];
  speculation?: EarlyRow[];
  steps?: { step: string; language: string }[];
  control?: ControlRow[];
  interpreted?: InterpretedRow[];
}

export interface HeaderRow {
  kind: "tape";
  call_id?: string;
  flow?: string;
  language?: string;
  began_at?: string;
}

export interface AfterRow {
  kind: "after";
  reports: ReportRow[];
}

export interface EndRow {
  kind: "end";
  outcome: string;
  micro_turns: number;
  transferred_to?: string | null;
}

export type Row = HeaderRow | TurnRow | AfterRow | EndRow;

const KINDS: ReadonlySet<unknown> = new Set(["tape", "turn", "after", "end"]);

/** The rows of kinds that are known. */
export function rowsOf(found: readonly Record<string, unknown>[]): Row[] {
  return found.filter((row) => KINDS.has(row["kind"])) as unknown as Row[];
}
