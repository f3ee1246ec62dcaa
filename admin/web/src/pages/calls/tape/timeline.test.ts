/** Recorded calls; `figures.json` is what Python measures of them, which a test of its own holds it to. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { entriesOf } from "./entries";
import figures from "./fixtures/figures.json";
import { type Row, rowsOf } from "./rows";
import { timelineOf } from "./timeline";
import { markText } from "./wording";

function recorded(name: string): Row[] {
  const file = new URL(`./fixtures/${name}.jsonl`, import.meta.url);
  return rowsOf(readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>));
}

describe.each(["interrupted", "early"] as const)("the call %s", (name) => {
  const call = timelineOf(recorded(name));
  const measured = figures[name];

  test("has the figures that the platform measures", () => {
    expect(call.durationMs).toBe(measured.duration_ms);
    expect(call.responses.map(({ endedMs, answeredMs }) => [endedMs, answeredMs])).toEqual(measured.responses);
    expect(call.interruptions.map(({ atMs, yielded }) => [atMs, yielded])).toEqual(measured.interruptions);
    expect(call.tools.length).toBe(measured.tool_calls);
    expect(call.tools.filter((tool) => tool.state === "failed").length).toBe(measured.tool_failures);
  });

  test("has every word that was said, and of the agent's those that were heard", () => {
    const words = (side: string) =>
      call.lines
        .filter((line) => line.side === side && !line.passing)
        .flatMap((line) => line.words.filter((word) => word.heard).map((word) => word.text))
        .join(" ");
    expect(words("agent")).toBe(measured.agent_words);
    expect(words("caller")).toBe(measured.caller_words);
  });

  test("numbers words and lines by their place", () => {
    expect(call.words.map((word) => word.id)).toEqual(call.words.map((_, place) => place));
    expect(call.words.every((word) => call.lines[word.line]?.words.includes(word))).toBe(true);
    for (const word of call.words) expect(word.startMs).toBeLessThan(call.durationMs);
  });

  test("is silent only where nobody is heard", () => {
    expect(call.silences.length).toBe(name === "interrupted" ? 4 : 0);
    for (const { startMs, endMs } of call.silences) {
      const within = call.words.filter((word) => word.heard && word.startMs < endMs && word.endMs > startMs);
      expect(within).toEqual([]);
    }
  });
});

test("words the caller never heard are marked, and stand in a line that was cut", () => {
  const call = timelineOf(recorded("interrupted"));
  const lost = call.words.filter((word) => !word.heard);
  expect(lost.map((word) => word.text)).toEqual(["0", "lamp"]);
  expect(lost.map((word) => call.lines[word.line]?.cut)).toEqual([true, true]);
});

test("keys pressed one after the other are one mark", () => {
  const keys = timelineOf(recorded("interrupted")).marks.filter((mark) => mark.kind === "keys");
  expect(keys).toEqual([{ kind: "keys", atMs: 59 * 200, keys: "104233" }]);
});

test("a look-up that was begun early keeps when it was begun and when it was asked for", () => {
  const [call, ...others] = timelineOf(recorded("early")).tools;
  expect(others).toEqual([]);
  expect(call).toMatchObject({ tool: "order_status", state: "result", beganMs: 75 * 200, askedMs: 77 * 200 });
  expect(call?.arguments).toEqual({ order_number: "104233" });
  expect(call?.result).toMatchObject({ status: "shipped" });
});

test("an early look-up that nobody asked for is told as wasted", () => {
  const rows: Row[] = [
    { kind: "turn", index: 5, speculation: [{ what: "begun", task_id: "e", tool: "order_status" }] },
    { kind: "turn", index: 9, speculation: [{ what: "dropped", task_id: "e", tool: "order_status" }] },
  ];
  expect(timelineOf(rows).tools).toMatchObject([{ state: "wasted", beganMs: 1_000, settledMs: 1_800, askedMs: null }]);
});

test("steps last until the next one, and those passed through at once are left out", () => {
  const at = (index: number, ...steps: string[]): Row => ({
    kind: "turn",
    index,
    steps: steps.map((step) => ({ step, language: index < 20 ? "en-US" : "es-MX" })),
  });
  const call = timelineOf([at(0, "greet"), at(10, "decide", "ask"), at(20, "ask"), at(29)]);
  expect(call.steps).toEqual([
    { step: "greet", language: "en-US", startMs: 0, endMs: 2_000 },
    { step: "ask", language: "en-US", startMs: 2_000, endMs: 4_000 },
    { step: "ask", language: "es-MX", startMs: 4_000, endMs: 6_000 },
  ]);
  expect(call.languages).toEqual(["en-US", "es-MX"]);
});

test("a tape that breaks off is shown as far as it goes", () => {
  const rows = recorded("early");
  const call = timelineOf(rows.slice(0, 80));
  expect(call.outcome).toBeNull();
  expect(call.tools).toMatchObject([{ state: "result" }]);
  expect(timelineOf([])).toMatchObject({ durationMs: 0, words: [], outcome: null });
});

test("what was interpreted stands where it was said, with how far behind its translation was", () => {
  const row = {
    speaker: "other",
    source: "one moment",
    source_language: "en",
    text: "Un momento.",
    language: "es-MX",
    from_ms: 600,
    said_ms: 2_800,
    lag_ms: 2_200,
    corrects: false,
  };
  const control = [{ what: "interpret", by: "Ada", at_ms: 200, text: "en" }];
  const call = timelineOf(rowsOf([{ kind: "turn", index: 1, control }, { kind: "turn", index: 13, interpreted: [row] }]));
  expect(entriesOf(call)).toEqual([
    { kind: "mark", atMs: 200, mark: { kind: "control", atMs: 200, what: "interpret", by: "Ada", text: "en" } },
    { kind: "interpreted", atMs: 600, row },
  ]);
  expect(call.marks.map(markText)).toEqual(["Ada took the call over through an interpreter, in English"]);
});
