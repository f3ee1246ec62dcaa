import { expect, test } from "vitest";
import type { LiveCall, LiveEvent } from "@/api/liveEvents";
import { followedAfter, UNKNOWN } from "./followed";
import { rowAfter, rowOf } from "./liveCalls";
import { LiveStore } from "./liveStore";

function call(id: string, more: Partial<LiveCall> = {}): LiveCall {
  return {
    id,
    carrier: "twilio",
    from_number: "+15550100",
    to_number: "+15550199",
    flow: "order_status@3",
    began_at: "2026-11-23T08:00:00Z",
    language: "en-US",
    step: "greet",
    state: "quiet",
    held_by: null,
    caller_words: "",
    agent_words: "",
    ...more,
  };
}

const began = (id: string): LiveEvent => ({ kind: "call_began", call_id: id, at_ms: 0, sequence: 1, ...call(id) });
const words = (id: string, sequence: number, text: string): LiveEvent => ({
  kind: "words",
  call_id: id,
  at_ms: sequence * 200,
  sequence,
  side: sequence % 2 ? "caller" : "agent",
  utterance: `u${sequence}`,
  text,
  start_ms: sequence * 200,
  end_ms: sequence * 200 + 150,
  final: true,
});

test("fifty calls and twenty-five thousand events: nothing is dropped, and each draws its own card alone", () => {
  const store = new LiveStore(() => 1_000_000);
  const ids = Array.from({ length: 50 }, (_, k) => `call-${k}`);
  let lists = 0;
  const drawn = new Map(ids.map((id) => [id, 0]));
  store.subscribeList(() => lists++);
  for (const id of ids) store.subscribeRow(id, () => drawn.set(id, (drawn.get(id) ?? 0) + 1));
  store.take(ids.map(began));
  expect(lists).toBe(1);
  const order = store.ids();
  for (let sequence = 2; sequence <= 501; sequence++) store.take(ids.map((id) => words(id, sequence, `${id} says ${sequence}`)));
  expect(lists).toBe(1);
  expect(store.ids()).toBe(order);
  for (const id of ids) {
    expect(store.row(id)).toMatchObject({ sequence: 501, caller_words: `${id} says 501`, agent_words: `${id} says 500` });
    expect(drawn.get(id)).toBe(501);
  }
});

test("a call that nothing happens to keeps its row", () => {
  const store = new LiveStore(() => 0);
  store.take([began("a"), began("b")]);
  const before = store.row("b");
  store.take([words("a", 2, "hello")]);
  expect(store.row("b")).toBe(before);
});

test("what comes twice after a break is taken once", () => {
  const row = rowAfter(undefined, began("a"), 0);
  const once = rowAfter(row, words("a", 2, "new"), 0);
  expect(rowAfter(once, words("a", 2, "old"), 0)).toBe(once);
});

test("the list begins the page, and what is known of a call goes on", () => {
  const store = new LiveStore(() => 0);
  store.take([began("a"), words("a", 2, "hello"), began("gone")]);
  store.begin([call("a", { agent_words: "stale" }), call("new")]);
  expect([...store.ids()].sort()).toEqual(["a", "new"]);
  expect(store.row("a")?.agent_words).toBe("hello");
});

test("an event of a call that is not known is of one that ended before: it makes no row", () => {
  const store = new LiveStore(() => 0);
  store.take([words("ghost", 9, "boo")]);
  expect(store.ids()).toEqual([]);
});

test("how long a call lasts is told by its events, not by this machine's idea of the date", () => {
  const wrongByAnHour = rowOf(call("a"), 50_000, new Date("2026-11-23T09:00:00Z").getTime());
  const row = rowAfter(wrongByAnHour, words("a", 25, "hello"), 50_000);
  expect(row && 50_000 - row.beganAt).toBe(5_000);
});

test("tasks stand on the card while they are done", () => {
  const about = { kind: "task", call_id: "a", at_ms: 1, task_id: "t", tool: "lookup_order", text: "" } as const;
  const row = rowAfter(rowOf(call("a"), 0, 0), { ...about, sequence: 2, status: "asked" }, 0);
  expect(row?.tasks.length).toBe(1);
  expect(rowAfter(row, { ...about, sequence: 3, status: "result" }, 0)?.tasks).toEqual([]);
});

test("who takes over is told, and the agent's return", () => {
  const about = { kind: "state", call_id: "a", at_ms: 1, step: "greet", language: "en-US" } as const;
  const held = rowAfter(rowOf(call("a"), 0, 0), { ...about, sequence: 2, state: "taken_over", held_by: "Ada" }, 0);
  expect(held).toMatchObject({ state: "taken_over", held_by: "Ada" });
  expect(rowAfter(held, { ...about, sequence: 3, state: "quiet", held_by: null }, 0)?.held_by).toBeNull();
});

test("a panel that follows again from the beginning shows everything once", () => {
  const events: LiveEvent[] = [
    began("a"),
    words("a", 2, "hello"),
    { kind: "whisper", call_id: "a", at_ms: 500, sequence: 3, whisper_id: "w", text: "offer 10 %", by: "Ada", status: "offered" },
    { kind: "whisper", call_id: "a", at_ms: 900, sequence: 4, whisper_id: "w", text: "offer 10 %", by: "Ada", status: "heard" },
  ];
  const once = events.reduce(followedAfter, UNKNOWN);
  expect([...events, ...events].reduce(followedAfter, UNKNOWN)).toEqual(once);
  expect(once.whispers).toMatchObject([{ status: "heard" }]);
});
