/** A call as it is watched: what was said and when, what is being looked up, what was drawn. Pure. */
import { type InterpretedNews, placed, type Translation, voiced } from "./interpreted";

export type { InterpretedNews, Translation };

/** `person`: whoever speaks with the caller in the agent's place; an interpreter between them is the agent. */
export type Side = "caller" | "agent" | "person";

/** Times are of the call, in ms. */
export interface TimedWord {
  text: string;
  start_ms: number;
  end_ms: number;
}

export interface Utterance {
  id: string;
  side: Side;
  /** Who it was, where more than the side is known. */
  by: string;
  text: string;
  /** A BCP 47 tag; empty: not known. */
  language: string;
  /** Empty where only the text as a whole was told. */
  words: readonly TimedWord[];
  startMs: number;
  endMs: number;
  final: boolean;
  /** The agent was cut off: fewer words were heard than were meant. */
  cut: boolean;
  /** What an interpreter said for it, in order. */
  translations: readonly Translation[];
}

export type TaskStatus = "asked" | "progress" | "result" | "failed" | "cancelled";

export interface Task {
  id: string;
  tool: string;
  status: TaskStatus;
  text: string;
}

export interface Chart {
  url: string;
  sentence: string;
}

export interface Conversation {
  /** By when they began. */
  utterances: readonly Utterance[];
  tasks: readonly Task[];
  charts: readonly Chart[];
  step: string;
  language: string;
}

export const NOTHING_YET: Conversation = { utterances: [], tasks: [], charts: [], step: "", language: "" };
/** Of a call that goes on for hours, what is kept on the page. */
const MOST_UTTERANCES = 400;
const MOST_TASKS = 100;

export interface WordsNews {
  side: Side;
  utterance: string;
  text: string;
  /** Where it is not said, the call's. */
  language?: string;
  by?: string;
  start_ms: number | null;
  end_ms: number | null;
  final: boolean;
  words?: readonly TimedWord[];
}

export interface TaskNews {
  task_id: string;
  tool: string;
  status: TaskStatus;
  text: string;
}

/** Take in words: they replace what was told of the same utterance. None of it heard: it was never said. */
export function withWords(before: Conversation, news: WordsNews): Conversation {
  const interpreted = voiced(before.utterances, news);
  if (interpreted) return { ...before, utterances: interpreted };
  const { utterances } = before;
  const known = utterances.findLastIndex((each) => each.id === news.utterance);
  const old = utterances[known];
  if (!news.text || news.start_ms === null) {
    if (!old) return before;
    const kept = old.translations.length ? [{ ...old, final: true }] : []; // nobody translates what was not said
    return { ...before, utterances: utterances.toSpliced(known, 1, ...kept) };
  }
  const utterance: Utterance = {
    id: news.utterance,
    side: news.side,
    by: news.by ?? old?.by ?? "",
    text: news.text,
    language: news.language ?? old?.language ?? before.language,
    words: news.words ?? [],
    startMs: news.start_ms,
    endMs: Math.max(news.start_ms, news.end_ms ?? news.start_ms),
    final: news.final,
    cut: news.final && news.side === "agent" && (old?.text.length ?? 0) > news.text.length,
    translations: old?.translations ?? [],
  };
  if (old && old.startMs === utterance.startMs) return { ...before, utterances: utterances.with(known, utterance) };
  return { ...before, utterances: inserted(old ? utterances.toSpliced(known, 1) : utterances, utterance) };
}

/** Take in what an interpreter says: it stands with what it was said for. */
export function withInterpreted(before: Conversation, news: InterpretedNews): Conversation {
  const { utterances, told } = placed(before.utterances, news);
  return { ...before, utterances: told ? inserted(utterances, told) : utterances };
}

function inserted(others: readonly Utterance[], utterance: Utterance): readonly Utterance[] {
  const at = others.findLastIndex((each) => each.startMs <= utterance.startMs) + 1;
  return others.toSpliced(at, 0, utterance).slice(-MOST_UTTERANCES);
}

/** Take in what a background agent is doing. A word of progress stays until there is another. */
export function withTask(before: Conversation, news: TaskNews): Conversation {
  const known = before.tasks.findIndex((each) => each.id === news.task_id);
  const old = before.tasks[known];
  const task: Task = { id: news.task_id, tool: news.tool, status: news.status, text: news.text || (old?.text ?? "") };
  const tasks = old ? before.tasks.with(known, task) : [...before.tasks, task].slice(-MOST_TASKS);
  return { ...before, tasks };
}

export function withChart(before: Conversation, chart: Chart): Conversation {
  if (before.charts.some((each) => each.url === chart.url)) return before;
  return { ...before, charts: [...before.charts, { url: chart.url, sentence: chart.sentence }] };
}

export function withStep(before: Conversation, step: string, language: string): Conversation {
  return before.step === step && before.language === language ? before : { ...before, step, language };
}

/** The caller's, and that of the agent and of who speaks in its place. */
export type Lane = "caller" | "agent";

export function laneOf(side: Side): Lane {
  return side === "caller" ? "caller" : "agent";
}

/** What stands beside each other: utterances of both lanes that overlap share a row. */
export interface Row {
  caller: Utterance | null;
  agent: Utterance | null;
}

/** Shorter than this, two do not talk at once: one takes over from the other. */
const OVERLAP_MS = 150;

/** Lay utterances in rows of two lanes, by when they began. */
export function rowsOf(utterances: readonly Utterance[]): Row[] {
  const rows: Row[] = [];
  for (const utterance of utterances) {
    const lane = laneOf(utterance.side);
    const other: Lane = lane === "caller" ? "agent" : "caller";
    const last = rows.at(-1);
    const beside = last && !last[lane] ? last[other] : null;
    if (last && beside && beside.endMs - utterance.startMs > OVERLAP_MS) last[lane] = utterance;
    else rows.push({ caller: null, agent: null, [lane]: utterance });
  }
  return rows;
}

/** How much of an utterance has sounded at a moment of the call: its words until then. */
export function saidBy(utterance: Utterance, atMs: number): string {
  if (utterance.words.length === 0) return utterance.text;
  return utterance.words.filter((word) => word.start_ms <= atMs).map((word) => word.text).join(" ");
}

/** When the next word of these utterances will sound; null when all have. */
export function nextWordMs(utterances: readonly Utterance[], atMs: number): number | null {
  let next: number | null = null;
  for (const utterance of utterances.slice(-4))
    for (const word of utterance.words)
      if (word.start_ms > atMs && (next === null || word.start_ms < next)) next = word.start_ms;
  return next;
}
