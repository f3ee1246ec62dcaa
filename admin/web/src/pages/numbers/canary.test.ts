import { expect, test } from "vitest";
import { type Canary, figure, promise, runBy, sentence, settingOf, threshold, trialsOf, typedOf, USUAL } from "./canary";

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

test("what is typed is what is sent, and back", () => {
  expect(settingOf(USUAL)).toEqual({ share: 0.1, guardrail: { metric: "containment", threshold: 0.7, after_calls: 30 } });
  expect(typedOf(RUNNING)).toEqual(USUAL);
});

test("before it is begun it is said what will happen, and back to what", () => {
  const said = promise({ ...USUAL, metric: "response_p95_ms", threshold: "1500" }, 3);
  expect(said).toMatch(/^10 % of new calls run the new version, the others stay on version 3\./);
  expect(said).toContain("rise above 1500 ms over at least 30 calls");
});

test("each version says which calls run it", () => {
  const number = (canary: Canary | null) => ({ number: "default", flow: "orders", canary }) as Parameters<typeof trialsOf>[0][number];
  const running = trialsOf([number(RUNNING), { ...number(RUNNING), flow: "other" }], "orders");
  expect(running).toHaveLength(1);
  expect([4, 3, 2].map((version) => runBy(version, version === 4, running)?.text)).toEqual(["10 % of calls run it", "The other calls run it", undefined]);
  const withdrawn = trialsOf([number({ ...RUNNING, state: "withdrawn" })], "orders");
  expect([4, 3].map((version) => runBy(version, version === 4, withdrawn)?.text)).toEqual(["Withdrawn", "Calls run it"]);
  expect([4, 3].map((version) => runBy(version, version === 4, [])?.text)).toEqual(["Calls run it", undefined]);
});
