import { expect, test } from "vitest";
import { AT_REST, type FromServer, over, parsed, type PhoneState, titleOf, told } from "./phoneState";

const CONNECTING: PhoneState = { ...AT_REST, phase: "connecting" };

function after(...messages: FromServer[]): PhoneState {
  return messages.reduce((state, message) => told(state, message, 5_000), CONNECTING);
}

const STARTED: FromServer = { type: "started", call_id: "c1", flow: "orders@3", language: "en-US" };

test("a call is up once the server says so", () => {
  expect(after(STARTED)).toMatchObject({ phase: "talking", callId: "c1", flow: "orders@3" });
});

test("words, tasks, charts and steps are shown", () => {
  const state = after(
    STARTED,
    { type: "step", step: "ask_number", language: "en-US" },
    { type: "words", side: "agent", utterance: "o1", text: "hello", start_ms: 10, end_ms: 300, final: false },
    { type: "task", task_id: "t", tool: "lookup_order", status: "asked", text: "" },
    { type: "chart", url: "/charts/x.svg", sentence: "It went up." },
    { type: "chart", url: "/charts/x.svg", sentence: "It went up." },
  );
  expect(state.conversation).toMatchObject({ step: "ask_number", charts: [{ sentence: "It went up." }] });
  expect(state.conversation.utterances[0]?.text).toBe("hello");
  expect(state.conversation.tasks.length).toBe(1);
});

test("how it ended is told once: a socket that closes afterwards changes nothing", () => {
  const state = over(after(STARTED, { type: "ended", outcome: "completed", why: "done" }), "lost", "gone", 9_000);
  expect(state).toMatchObject({ phase: "over", ended: { outcome: "completed", lastedMs: 5_000 } });
});

test("what comes after the end is left aside", () => {
  const state = after(STARTED, { type: "ended", outcome: "completed", why: "" }, { type: "step", step: "x", language: "" });
  expect(state.conversation.step).toBe("");
});

test.each(["", "nonsense", "[1]", "null", '{"type":"other"}', "{}"])("%j is no message", (text) => {
  expect(parsed(text)).toBeNull();
});

test("an outcome nobody has told this page of is a failure in words", () => {
  expect(titleOf("meteor")).toBe("The call has failed");
});
