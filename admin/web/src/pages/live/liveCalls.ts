/** Calls that are up, as rows: what came of each event. Pure; a call that nothing happens to keeps its row. */
import type { LiveCall, LiveEvent, Talk } from "@/api/liveEvents";
import type { TaskStatus } from "@/conversation/conversation";

export interface TalkSpan {
  talk: Talk;
  /** Call time. It lasts until the next. */
  fromMs: number;
}

export interface RowTask {
  id: string;
  tool: string;
  status: TaskStatus;
}

export interface LiveRow extends LiveCall {
  /** Of the last event; 0: only the list is known. */
  sequence: number;
  /** Call time of the last event, and when it came, on this machine's clock. */
  atMs: number;
  /** When the call began, on this machine's clock. */
  beganAt: number;
  /** Who spoke, lately, oldest first. */
  talks: readonly TalkSpan[];
  /** Those being done now. */
  tasks: readonly RowTask[];
  /** The last words of whoever has the call, as far as they are known. */
  personWords: string;
  /** How it ended; empty while it is up. */
  outcome: string;
}

const MOST_TALKS = 60;

/** A call of the list. `now`: this machine's clock, ms; `wall`: the same moment since 1970. */
export function rowOf(call: LiveCall, now: number, wall: number): LiveRow {
  const lasted = Math.max(0, wall - new Date(call.began_at).getTime());
  return {
    ...call,
    sequence: 0,
    atMs: lasted,
    beganAt: now - lasted,
    talks: [{ talk: call.state, fromMs: lasted }],
    tasks: [],
    personWords: "",
    outcome: "",
  };
}

/** Take in one event. The same row when it tells nothing new; undefined for a call that is not known. */
export function rowAfter(row: LiveRow | undefined, event: LiveEvent, now: number): LiveRow | undefined {
  if (event.kind === "call_began") return row ?? { ...begun(event, now), sequence: event.sequence };
  if (!row || event.sequence <= row.sequence || row.outcome) return row;
  const news = { ...row, sequence: event.sequence, atMs: event.at_ms, beganAt: beganAt(row, event, now) };
  switch (event.kind) {
    case "call_ended":
      return { ...news, outcome: event.outcome, tasks: [] };
    case "words":
      return event.text ? { ...news, ...lastWords(event) } : news;
    case "state":
      return { ...news, ...stateAfter(row, event) };
    case "task":
      return { ...news, tasks: tasksAfter(row.tasks, event) };
    case "chart":
    case "interpreted":
    case "key":
    case "whisper":
    case "control":
      return news;
  }
}

function begun(event: LiveEvent & { kind: "call_began" }, now: number): LiveRow {
  const { kind: _kind, call_id: _id, at_ms, sequence: _sequence, ...call } = event;
  return { ...rowOf(call, now, now), beganAt: now - at_ms, atMs: at_ms, talks: [{ talk: call.state, fromMs: at_ms }] };
}

function lastWords({ side, text }: LiveEvent & { kind: "words" }): Partial<LiveRow> {
  if (side === "person") return { personWords: text };
  return side === "caller" ? { caller_words: text } : { agent_words: text };
}

function stateAfter(row: LiveRow, event: LiveEvent & { kind: "state" }): Partial<LiveRow> {
  const { state, step, language, held_by = null, interpreted = null } = event;
  const personWords = held_by === (row.held_by ?? null) ? row.personWords : "";
  return { state, step, language, held_by, interpreted, personWords, talks: talksAfter(row.talks, state, event.at_ms) };
}

/** The earliest it can have begun: an event comes late, never early. The list's own time is of another clock. */
function beganAt(row: LiveRow, event: LiveEvent, now: number): number {
  const by = now - event.at_ms;
  return row.sequence === 0 ? by : Math.min(row.beganAt, by);
}

function talksAfter(talks: readonly TalkSpan[], talk: Talk, fromMs: number): readonly TalkSpan[] {
  return talks.at(-1)?.talk === talk ? talks : [...talks.slice(1 - MOST_TALKS), { talk, fromMs }];
}

function tasksAfter(tasks: readonly RowTask[], event: LiveEvent & { kind: "task" }): readonly RowTask[] {
  const others = tasks.filter((task) => task.id !== event.task_id);
  const works = event.status === "asked" || event.status === "progress";
  return works ? [...others, { id: event.task_id, tool: event.tool, status: event.status }] : others;
}

export interface Lane {
  caller: boolean;
  agent: boolean;
  person: boolean;
}

/** Who is heard. While a person has the call, it is theirs. */
export function lanesOf(talk: Talk): Lane {
  return {
    caller: talk === "listening" || talk === "both",
    agent: talk === "speaking" || talk === "both",
    person: talk === "taken_over",
  };
}

const STATES: Record<Talk, string> = {
  listening: "Caller speaks",
  speaking: "Agent speaks",
  both: "Both speak",
  quiet: "Nobody speaks",
  taken_over: "Taken over",
};

export function stateName(talk: Talk): string {
  return STATES[talk];
}
