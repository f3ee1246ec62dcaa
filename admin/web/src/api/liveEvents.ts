/**
 * What happens on live calls, as server-sent events: read with `fetch`, so that a break is gone on from with
 * `Last-Event-ID`, a silent connection is noticed, and an ended session is told from a network that is down.
 */
import type { Chart, InterpretedNews, TaskNews, WordsNews } from "@/conversation/conversation";
import { api, type Schemas } from "./client";

export type LiveCall = Schemas["LiveCall"];
export type Talk = LiveCall["state"];

interface About {
  call_id: string;
  /** Call time. */
  at_ms: number;
  /** Of the call's happenings: from 1, without gaps. */
  sequence: number;
}

export interface WhisperNews {
  whisper_id: string;
  text: string;
  by: string;
  status: "offered" | "voicing" | "heard" | "cut_off" | "unsaid";
}

export interface ControlNews {
  /** `interpreted`: it was taken over to be; then `interpreting`: the interpreter is there, or `not_interpreted`. */
  what: "taken_over" | "interpreted" | "interpreting" | "not_interpreted" | "handed_back" | "holder_lost" | "ended";
  by: string;
}

export type LiveEvent = About &
  (
    | ({ kind: "call_began" } & LiveCall)
    | { kind: "call_ended"; outcome: string }
    | ({ kind: "words" } & WordsNews)
    | ({ kind: "state" } & Pick<LiveCall, "state" | "step" | "language" | "held_by" | "interpreted">)
    | ({ kind: "interpreted" } & InterpretedNews)
    | ({ kind: "task" } & TaskNews)
    | ({ kind: "chart" } & Chart)
    | { kind: "key"; key: string }
    | ({ kind: "whisper" } & WhisperNews)
    | ({ kind: "control" } & ControlNews)
  );

const KINDS = new Set([
  "call_began",
  "call_ended",
  "words",
  "interpreted",
  "state",
  "task",
  "chart",
  "key",
  "whisper",
  "control",
]);

/** One event of the stream, as it is written. */
export interface Frame {
  id: string;
  event: string;
  data: string;
}

/** Reads a stream of server-sent events, however it is cut into pieces (WHATWG HTML, 9.2.6). */
export class FrameReader {
  private rest = "";

  read(piece: string): Frame[] {
    const text = this.rest + piece;
    const frames: Frame[] = [];
    let from = 0;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", from)) {
      const frame = frameOf(text.slice(from, end));
      if (frame) frames.push(frame);
      from = end + 2;
    }
    this.rest = text.slice(from);
    return frames;
  }
}

function frameOf(block: string): Frame | null {
  const frame: Frame = { id: "", event: "message", data: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (field === "data") data.push(value ?? "");
    else if (field === "id" || field === "event") frame[field] = value ?? "";
  }
  frame.data = data.join("\n");
  return data.length ? frame : null;
}

/** What a frame tells; null when it is of a kind this page does not know. */
export function eventOf(frame: Frame): LiveEvent | null {
  if (!KINDS.has(frame.event)) return null;
  try {
    return { ...(JSON.parse(frame.data) as object), kind: frame.event } as LiveEvent;
  } catch {
    return null;
  }
}

export interface Follower {
  /** Those that came together. */
  onEvents: (events: LiveEvent[]) => void;
  /** The stream is open. `whole`: nothing since the last event was missed. */
  onOpen: (whole: boolean) => void;
  onLost: () => void;
}

const SILENT_MS = 40_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** Follow all calls from now on, or one from its beginning. Returns what ends it. */
export function followLive(follower: Follower, callId?: string): () => void {
  const ending = new AbortController();
  void goOn(follower, callId, ending.signal);
  return () => ending.abort();
}

async function goOn(follower: Follower, callId: string | undefined, ending: AbortSignal): Promise<void> {
  const at = { id: "" };
  let wait = FIRST_WAIT_MS;
  while (!ending.aborted) {
    try {
      await readOnce(follower, callId, at, ending, () => {
        wait = FIRST_WAIT_MS;
      });
    } catch {
      // Whatever broke it, it is begun again.
    }
    if (ending.aborted) return;
    follower.onLost();
    await pause(wait * (0.75 + Math.random() / 2), ending);
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  }
}

async function readOnce(
  follower: Follower,
  callId: string | undefined,
  at: { id: string },
  ending: AbortSignal,
  onBytes: () => void,
): Promise<void> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENT_MS);
  try {
    const address = `/api/live/events${callId ? `?call_id=${encodeURIComponent(callId)}` : ""}`;
    const response = await fetch(address, {
      headers: { Accept: "text/event-stream", ...(at.id ? { "Last-Event-ID": at.id } : {}) },
      signal: AbortSignal.any([ending, silent.signal]),
      cache: "no-store",
    });
    // The client of the API says what to do about a session that is over.
    if (response.status === 401) await api.GET("/session").catch(() => undefined);
    if (!response.ok || !response.body) return;
    follower.onOpen(at.id !== "");
    const frames = new FrameReader();
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await text.read(); !piece.done; piece = await text.read()) {
      onBytes();
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENT_MS);
      take(frames.read(piece.value), follower, at);
    }
  } finally {
    clearTimeout(timer);
  }
}

function take(frames: Frame[], follower: Follower, at: { id: string }): void {
  const events: LiveEvent[] = [];
  for (const frame of frames) {
    if (frame.event === "reset") follower.onOpen(false);
    if (frame.id) at.id = frame.id;
    const event = eventOf(frame);
    if (event) events.push(event);
  }
  if (events.length) follower.onEvents(events);
}

function pause(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ending.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
