/** One call in full, from its beginning, for its panel. Pure. */
import type { ControlNews, LiveEvent } from "@/api/liveEvents";
import {
  type Conversation,
  NOTHING_YET,
  withChart,
  withInterpreted,
  withStep,
  withTask,
  withWords,
} from "@/conversation/conversation";

export interface Whispered {
  id: string;
  text: string;
  by: string;
  status: "offered" | "voicing" | "heard" | "cut_off" | "unsaid";
}

/** Whether the interpreter is there whom the one who has the call wants; empty: nobody wants one. */
export type Interpreter = "" | "coming" | "there" | "missing";

export interface Followed {
  conversation: Conversation;
  whispers: readonly Whispered[];
  keys: string;
  /** Who has the call; empty: the agent, or people the flow has brought together. */
  heldBy: string;
  interpreter: Interpreter;
  sequence: number;
  outcome: string;
}

export const UNKNOWN: Followed = { conversation: NOTHING_YET, whispers: [], keys: "", heldBy: "", interpreter: "", sequence: 0, outcome: "" };
const MOST_KEYS = 64;

/** Take in one event; one that was taken in before changes nothing. */
export function followedAfter(before: Followed, event: LiveEvent): Followed {
  if (event.sequence <= before.sequence) return before;
  const after = { ...before, sequence: event.sequence };
  const { conversation } = before;
  switch (event.kind) {
    case "call_began":
      return { ...after, conversation: withStep(conversation, event.step, event.language) };
    case "call_ended":
      return { ...after, outcome: event.outcome };
    case "words":
      return { ...after, conversation: withWords(conversation, event.side === "person" ? { ...event, by: before.heldBy } : event) };
    case "interpreted":
      return { ...after, conversation: withInterpreted(conversation, event) };
    case "state":
      return { ...after, heldBy: event.held_by ?? "", conversation: withStep(conversation, event.step, event.language) };
    case "task":
      return { ...after, conversation: withTask(conversation, event) };
    case "chart":
      return { ...after, conversation: withChart(conversation, event) };
    case "key":
      return { ...after, keys: (before.keys + event.key).slice(-MOST_KEYS) };
    case "whisper":
      return { ...after, whispers: whispersAfter(before.whispers, event) };
    case "control":
      return { ...after, interpreter: INTERPRETER[event.what] ?? before.interpreter };
  }
}

const INTERPRETER: Partial<Record<ControlNews["what"], Interpreter>> = {
  interpreted: "coming",
  interpreting: "there",
  not_interpreted: "missing",
  taken_over: "",
  handed_back: "",
  holder_lost: "",
};

function whispersAfter(before: readonly Whispered[], event: LiveEvent & { kind: "whisper" }): readonly Whispered[] {
  const whisper = { id: event.whisper_id, text: event.text, by: event.by, status: event.status };
  const known = before.findIndex((each) => each.id === whisper.id);
  return known < 0 ? [...before, whisper] : before.with(known, whisper);
}
