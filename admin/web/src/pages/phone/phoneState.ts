/** A call from the browser as the page shows it: what the server tells, taken in one by one. Pure. */
import {
  type Chart,
  type Conversation,
  type InterpretedNews,
  NOTHING_YET,
  type TaskNews,
  withChart,
  withInterpreted,
  withStep,
  withTask,
  withWords,
  type WordsNews,
} from "@/conversation/conversation";

/** What comes over the socket of a call, as JSON. */
export type FromServer =
  | { type: "started"; call_id: string; flow: string; language: string }
  | { type: "clear" }
  | ({ type: "words" } & WordsNews)
  | ({ type: "interpreted" } & InterpretedNews)
  | ({ type: "task" } & TaskNews)
  | ({ type: "chart" } & Chart)
  | { type: "step"; step: string; language: string }
  | { type: "problem"; text: string }
  | { type: "ended"; outcome: string; why: string };

export interface Ended {
  outcome: string;
  why: string;
  lastedMs: number;
}

export interface PhoneState {
  phase: "idle" | "connecting" | "talking" | "over";
  callId: string;
  /** `name@version`, or `name@draft`. */
  flow: string;
  conversation: Conversation;
  muted: boolean;
  /** Whether there is a microphone in this call. */
  speaks: boolean;
  /** What the server could not use of what was sent. */
  problem: string;
  ended: Ended | null;
}

export const AT_REST: PhoneState = {
  phase: "idle",
  callId: "",
  flow: "",
  conversation: NOTHING_YET,
  muted: false,
  speaks: true,
  problem: "",
  ended: null,
};

/** Take in a message. `lastedMs`: how long the call has been. */
export function told(state: PhoneState, message: FromServer, lastedMs: number): PhoneState {
  if (state.phase === "over" || state.phase === "idle") return state;
  const { conversation } = state;
  switch (message.type) {
    case "started":
      return {
        ...state,
        phase: "talking",
        callId: message.call_id,
        flow: message.flow,
        conversation: withStep(conversation, conversation.step, message.language),
      };
    case "words":
      return { ...state, conversation: withWords(conversation, message) };
    case "interpreted":
      return { ...state, conversation: withInterpreted(conversation, message) };
    case "task":
      return { ...state, conversation: withTask(conversation, message) };
    case "chart":
      return { ...state, conversation: withChart(conversation, message) };
    case "step":
      return { ...state, conversation: withStep(conversation, message.step, message.language) };
    case "problem":
      return { ...state, problem: message.text };
    case "ended":
      return over(state, message.outcome, message.why, lastedMs);
    case "clear":
      return state;
  }
}

/** The call is over, told by the server or not. What was told first stays. */
export function over(state: PhoneState, outcome: string, why: string, lastedMs: number): PhoneState {
  return state.phase === "over" ? state : { ...state, phase: "over", ended: { outcome, why, lastedMs } };
}

/** Read a text message; null when it is none that this page knows. */
export function parsed(text: string): FromServer | null {
  try {
    const message: unknown = JSON.parse(text);
    const known = typeof message === "object" && message !== null && "type" in message;
    return known && KINDS.has(String(message.type)) ? (message as FromServer) : null;
  } catch {
    return null;
  }
}

const KINDS = new Set(["started", "clear", "words", "interpreted", "task", "chart", "step", "problem", "ended"]);

const TITLES: Record<string, string> = {
  completed: "The call is over",
  transferred: "You would be put through now",
  caller_hung_up: "You have hung up",
  time_limit: "The call has reached its longest time",
  ended_by_manager: "Somebody has ended the call",
  busy: "All lines are busy",
  refused: "The call was not taken",
  lost: "The connection was lost",
};

/** How a call ended, as a title. */
export function titleOf(outcome: string): string {
  return TITLES[outcome] ?? "The call has failed";
}
