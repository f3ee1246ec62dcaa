import { expect, test } from "vitest";
import { type Canary, figure, sentence, threshold } from "./canary";

const RUNNING: Canary = {
  version: 4,
  instead_of: 3,
  share: 0.1,
  guardrail: { metric: "containment", threshold: 0.7, after_calls: 30 },
  state: "running",
  began_at: "2026-11-22T10:00:00Z",
  withdrawn_at: null,
  value: 0.925,
  calls: 40,
  filter: {} as Canary["filter"],
};

test("shares are typed as percentages and sent as shares", () => {
  expect(threshold("containment", "70")).toBe(0.7);
  expect(threshold("response_p95_ms", "1500")).toBe(1500);
  expect(figure("tool_failures", 0.05)).toBe("5 %");
  expect(figure("satisfaction", null)).toBe("–");
});

test("a trial says what it does and how it goes", () => {
  expect(sentence(RUNNING)).toBe(
    "10 % of calls run version 4; withdrawn when containment falls below 70 %. So far: Containment 93 % over 40 calls.",
  );
  expect(sentence({ ...RUNNING, state: "withdrawn", value: 0.5 })).toMatch(/Version 4 was withdrawn: .*50 %/);
});
