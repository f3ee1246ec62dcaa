/** One call in full, from its beginning, for its panel. Pure. */
import type { LiveEvent } from "@/api/liveEvents";
import {
  type Conversation,
  NOTHING_YET,
  withChart,
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

/** Something people did, for the log under the captions. */
export interface Act {
  atMs: number;
  what: string;
  by: string;
}

export interface Followed {
  conversation: Conversation;
  whispers: readonly Whispered[];
  acts: readonly Act[];
  keys: string;
  sequence: number;
  outcome: string;
}

export const UNKNOWN: Followed = { conversation: NOTHING_YET, whispers: [], acts: [], keys: "", sequence: 0, outcome: "" };
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
      return { ...after, conversation: withWords(conversation, event) };
    case "state":
      return { ...after, conversation: withStep(conversation, event.step, event.language) };
    case "task":
      return { ...after, conversation: withTask(conversation, event) };
    case "chart":
      return { ...after, conversation: withChart(conversation, event) };
    case "key":
      return { ...after, keys: (before.keys + event.key).slice(-MOST_KEYS) };
    case "whisper":
      return { ...after, whispers: whispersAfter(before.whispers, event) };
    case "control":
      return { ...after, acts: [...before.acts, { atMs: event.at_ms, what: event.what, by: event.by }] };
  }
}

function whispersAfter(before: readonly Whispered[], event: LiveEvent & { kind: "whisper" }): readonly Whispered[] {
  const whisper = { id: event.whisper_id, text: event.text, by: event.by, status: event.status };
  const known = before.findIndex((each) => each.id === whisper.id);
  return known < 0 ? [...before, whisper] : before.with(known, whisper);
}
