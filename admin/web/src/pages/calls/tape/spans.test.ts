import { expect, test } from "vitest";
import { between, both, merged, type Span } from "./spans";

const span = (startMs: number, endMs: number): Span => ({ startMs, endMs });

test("spans near each other become one, in any order", () => {
  expect(merged([span(50, 60), span(0, 10), span(12, 20)], 2)).toEqual([span(0, 20), span(50, 60)]);
  expect(merged([span(0, 100), span(10, 20)])).toEqual([span(0, 100)]);
});

test("overlaps are where both are, each once", () => {
  expect(both([span(0, 10), span(20, 40)], [span(5, 25), span(30, 35)])).toEqual([span(5, 10), span(20, 25), span(30, 35)]);
  expect(both([span(0, 10)], [span(9, 20)], 2)).toEqual([]);
});

test("what lies between reaches to the end", () => {
  expect(between([span(5, 10), span(12, 20)], 30, 3)).toEqual([span(0, 5), span(20, 30)]);
  expect(between([], 10, 5)).toEqual([span(0, 10)]);
});
