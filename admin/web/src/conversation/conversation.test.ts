import { describe, expect, test } from "vitest";
import {
  type Conversation,
  NOTHING_YET,
  nextWordMs,
  rowsOf,
  saidBy,
  type Side,
  withTask,
  withWords,
} from "./conversation";

function said(side: Side, utterance: string, text: string, start: number, final = true) {
  const words = text.split(" ").filter(Boolean).map((each, k) => ({ text: each, start_ms: start + k * 200, end_ms: start + k * 200 + 180 }));
  return { side, utterance, text, start_ms: words[0]?.start_ms ?? null, end_ms: words.at(-1)?.end_ms ?? null, final, words };
}

function after(...news: Parameters<typeof withWords>[1][]): Conversation {
  return news.reduce(withWords, NOTHING_YET);
}

describe("words", () => {
  test("each message replaces what was told of its utterance", () => {
    const { utterances } = after(said("caller", "c0", "where", 0, false), said("caller", "c0", "where is my order", 0));
    expect(utterances.map((each) => [each.text, each.final])).toEqual([["where is my order", true]]);
  });

  test("stand by when they began, whenever they were told", () => {
    const { utterances } = after(said("agent", "a1", "one moment please", 2_000), said("caller", "c0", "hello there", 500));
    expect(utterances.map((each) => each.id)).toEqual(["c0", "a1"]);
  });

  test("an agent who was cut off has said what was heard", () => {
    const { utterances } = after(said("agent", "a", "your order will arrive on Tuesday", 0, false), said("agent", "a", "your order", 0));
    expect(utterances[0]).toMatchObject({ text: "your order", cut: true });
  });

  test("of which nothing was heard were never said", () => {
    expect(after(said("agent", "a", "your order", 0, false), said("agent", "a", "", 0)).utterances).toEqual([]);
  });

  test("of a very long call the last are kept", () => {
    let call: Conversation = NOTHING_YET;
    for (let k = 0; k < 500; k++) call = withWords(call, said("caller", `c${k}`, "yes", k * 1_000));
    expect(call.utterances.length).toBe(400);
    expect(call.utterances.at(-1)?.id).toBe("c499");
  });
});

describe("rows", () => {
  test("who talks at the same time stands beside the other", () => {
    const rows = rowsOf(after(said("agent", "a", "your order will arrive on Tuesday", 0), said("caller", "c", "wait wait", 600)).utterances);
    expect(rows.map((row) => [row.agent?.id, row.caller?.id])).toEqual([["a", "c"]]);
  });

  test("who answers stands below", () => {
    const rows = rowsOf(after(said("agent", "a", "how can I help", 0), said("caller", "c", "hello", 700)).utterances);
    expect(rows.length).toBe(2);
  });

  test("the same side twice takes two rows", () => {
    const rows = rowsOf(after(said("agent", "a", "one two three", 0), said("agent", "b", "four", 100)).utterances);
    expect(rows.length).toBe(2);
  });
});

test("words appear when they sound, and what comes next is known", () => {
  const { utterances } = after(said("agent", "a", "your order is here", 1_000, false));
  expect(saidBy(utterances[0]!, 1_250)).toBe("your order");
  expect(nextWordMs(utterances, 1_250)).toBe(1_400);
  expect(nextWordMs(utterances, 9_000)).toBeNull();
});

test("a task goes from asked to its result, and keeps its place and its last words", () => {
  const asked = withTask(NOTHING_YET, { task_id: "t", tool: "lookup_order", status: "asked", text: "" });
  const other = withTask(asked, { task_id: "u", tool: "send_text", status: "asked", text: "" });
  const going = withTask(other, { task_id: "t", tool: "lookup_order", status: "progress", text: "asking the warehouse" });
  const done = withTask(going, { task_id: "t", tool: "lookup_order", status: "result", text: "" });
  expect(done.tasks.map((task) => [task.id, task.status, task.text])).toEqual([
    ["t", "result", "asking the warehouse"],
    ["u", "asked", ""],
  ]);
});
