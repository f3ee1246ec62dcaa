import { expect, test } from "vitest";
import type { Comparison } from "./replayQueries";
import { besides, differenceText, verdict } from "./replayWording";

type Side = Comparison["recorded"];

function side(outcome: string, ...lines: [who: "caller" | "agent", startMs: number, text: string][]): Side {
  return {
    flow: "order_status@1",
    outcome,
    transferred_to: null,
    slots: {},
    response_p50_ms: null,
    sources: {},
    timeline: {
      duration_ms: 9_000,
      responses: [],
      interruptions: [],
      backchannels: [],
      tools: [],
      steps: [],
      lines: lines.map(([who, startMs, text]) => ({
        who,
        start_ms: startMs,
        end_ms: startMs + 500,
        cut: false,
        words: text.split(" ").map((word) => ({ text: word, start_ms: startMs, end_ms: startMs + 100 })),
      })),
    },
  };
}

const parted: Comparison = {
  by: "audio",
  recorded: side("completed", ["agent", 200, "Hello."], ["caller", 2_000, "my order"], ["agent", 3_000, "Which one?"]),
  replayed: side("transferred", ["agent", 210, "Hello."], ["caller", 2_000, "my order"], ["agent", 3_100, "One moment."]),
  pairs: [
    { recorded: 0, replayed: 0, same: true },
    { recorded: 1, replayed: 1, same: true },
    { recorded: 2, replayed: 2, same: false },
    { recorded: 7, replayed: null, same: false },
  ],
  differences: [],
  diverges: { what: "said", recorded: "Which one?", replayed: "One moment.", recorded_ms: 3_000, replayed_ms: 3_100 },
  caveats: [],
};

test("it is said where two calls part and how each ends", () => {
  expect(verdict(parted)).toEqual({
    title: "The same until 0:03, then the agent says something else",
    about: "It ended completed; it would end transferred.",
  });
  const same = { ...parted, replayed: parted.recorded, diverges: null };
  expect(verdict(same)).toEqual({ title: "The agent says the same in both calls", about: "Both end the same: completed." });
});

test("lines lie beside each other, and the first that differs is marked", () => {
  const lines = besides(parted);
  expect(lines.map((line) => [line.recorded?.text, line.replayed?.text, line.same, line.parts])).toEqual([
    ["Hello.", "Hello.", true, false],
    ["my order", "my order", true, false],
    ["Which one?", "One moment.", false, true],
  ]);
});

test("a side that has nothing of it is told apart from one that has", () => {
  const only = { what: "tool", recorded: null, replayed: "order_status", recorded_ms: null, replayed_ms: 5 } as const;
  expect([differenceText(only, "recorded"), differenceText(only, "replayed")]).toEqual([null, "Order status"]);
});
