import { expect, test } from "vitest";
import { niceRange, stackedOf } from "./charting";

test("bars upon each other: the first is the sum of all", () => {
  expect(stackedOf([[1, 2], [10, null], [100, 200]])).toEqual([
    [111, 202],
    [110, 200],
    [100, 200],
  ]);
});

test("an axis begins at nothing, and shares end at all", () => {
  expect(niceRange("count", 3, 200)).toEqual([0, 200 * 1.15]);
  expect(niceRange("share", 90, 98)).toEqual([0, 100]);
  expect(niceRange("of5", 2, 4)).toEqual([1, 5]);
  expect(niceRange("usd", Infinity, -Infinity)).toEqual([0, 1]);
});
