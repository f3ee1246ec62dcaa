import { expect, test } from "vitest";
import { changeOf, MEASURES, said } from "./figures";

test("values are said in their units", () => {
  expect(said(12_345, "count")).toBe("12,345");
  expect([said(0.824, "share"), said(0.0432, "share"), said(0, "share"), said(1, "share")]).toEqual(["82 %", "4.3 %", "0 %", "100 %"]);
  expect(said(744, "ms")).toBe("0.74 s");
  expect([said(48.2, "seconds"), said(135, "seconds")]).toEqual(["48 s", "2 min 15 s"]);
  expect([said(3.456, "usd"), said(1234.5, "usd")]).toEqual(["$3.46", "$1,235"]);
  expect(said(null, "of5")).toBe("–");
});

test("a change says how much, and whether that is good", () => {
  expect(changeOf(MEASURES.contained, 0.85, 0.82)).toEqual({ text: "+3.0 points", feel: "good" });
  expect(changeOf(MEASURES.response_p95_ms, 1_240, 1_120)).toEqual({ text: "+0.12 s", feel: "bad" });
  expect(changeOf(MEASURES.response_p50_ms, 700, 820)).toEqual({ text: "−0.12 s", feel: "good" });
  expect(changeOf(MEASURES.calls, 112, 100)).toEqual({ text: "+12 %", feel: "plain" });
});

test("what cannot be compared is not, and what is the same is said to be", () => {
  expect(changeOf(MEASURES.calls, 5, 0)).toBeNull();
  expect(changeOf(MEASURES.satisfaction, 4.2, null)).toBeNull();
  expect(changeOf(MEASURES.satisfaction, 4.21, 4.2)).toEqual({ text: "no change", feel: "plain" });
});
