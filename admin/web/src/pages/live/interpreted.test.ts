import { expect, test } from "vitest";
import type { LiveEvent } from "@/api/liveEvents";
import { followedAfter, type Followed, UNKNOWN } from "./followed";
import { type LiveRow, rowAfter, rowOf } from "./liveCalls";
import { suggested } from "./spoken";

const about = { call_id: "a", at_ms: 1_000 };
const where = { step: "greet", language: "es-MX" } as const;
const TAKEN: LiveEvent = { ...about, ...where, sequence: 2, kind: "state", state: "taken_over", held_by: "Ada", interpreted: "en" };
const BACK: LiveEvent = { ...about, ...where, sequence: 9, kind: "state", state: "quiet", held_by: null, interpreted: null };

function control(sequence: number, what: (LiveEvent & { kind: "control" })["what"]): LiveEvent {
  return { ...about, sequence, kind: "control", what, by: "Ada" };
}

const WORDS: LiveEvent = {
  ...about,
  sequence: 5,
  kind: "words",
  side: "person",
  utterance: "person-1-0",
  text: "one moment",
  language: "en",
  start_ms: 900,
  end_ms: 1_000,
  final: true,
};

function row(...events: LiveEvent[]): LiveRow | undefined {
  const call = { ...about, ...where, id: "a", carrier: "twilio", from_number: "", to_number: "", flow: "f@1", began_at: "2026-11-23T08:00:00Z" };
  const began = rowOf({ ...call, state: "quiet", caller_words: "hola", agent_words: "Bienvenido" }, 0, 0);
  return events.reduce<LiveRow | undefined>((before, event) => rowAfter(before, event, 0), began);
}

test("a card shows who has the call, in which language, and their own words", () => {
  expect(row(TAKEN, WORDS)).toMatchObject({ held_by: "Ada", interpreted: "en", personWords: "one moment", agent_words: "Bienvenido" });
  expect(row(TAKEN, WORDS, BACK)).toMatchObject({ held_by: null, interpreted: null, personWords: "" });
});

test("who speaks keeps their name when the call is handed back", () => {
  const followed = [TAKEN, WORDS, BACK].reduce(followedAfter, UNKNOWN);
  expect(followed.conversation.utterances).toMatchObject([{ side: "person", by: "Ada", text: "one moment" }]);
  expect(followed.heldBy).toBe("");
});

test("whether the interpreter is there is told from taking over to handing back", () => {
  const after = (...events: LiveEvent[]): Followed => events.reduce(followedAfter, UNKNOWN);
  const asked = control(1, "interpreted");
  expect(after(asked).interpreter).toBe("coming");
  expect(after(asked, control(2, "interpreting")).interpreter).toBe("there");
  expect(after(asked, control(2, "not_interpreted")).interpreter).toBe("missing");
  expect(after(asked, control(2, "interpreting"), control(3, "handed_back")).interpreter).toBe("");
});

test("what one spoke last is suggested, but never what the caller speaks", () => {
  expect(suggested(["en", "es", "de"], "es-MX", "de")).toBe("de");
  expect(suggested(["en", "es"], "es-MX", "es")).toBe("en");
  expect(suggested(["en", "es"], "en-US", "")).toBe("es");
  expect(suggested(["en"], "en-US", "en")).toBeUndefined();
});
