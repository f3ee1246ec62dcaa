import { expect, test } from "vitest";
import { before, daysOf, insightsSearchOf, spanOf } from "./range";

const NOW = new Date(2026, 10, 23, 9, 7);

test("an address is read, and what is ill put is left out", () => {
  expect(insightsSearchOf({ days: 7, flow: " order_status " })).toEqual({ days: 7, flow: "order_status" });
  expect(insightsSearchOf({ days: 0, from: "2026-11-02", to: "2026-11-01" })).toEqual({});
  expect(insightsSearchOf({ days: "7", from: "nonsense", to: "2026-13-45", flow: 3 })).toEqual({});
});

test("so many days are those until now, today with them", () => {
  const span = spanOf({ days: 7 }, NOW);
  expect(new Date(span.since)).toEqual(new Date(2026, 10, 17));
  expect(new Date(span.until)).toEqual(new Date(2026, 10, 23, 9, 15));
  expect(daysOf(span)).toBe(7);
});

test("days that are chosen are within, and none is looked at that is to come", () => {
  const past = spanOf({ from: "2026-11-01", to: "2026-11-02" }, NOW);
  expect([new Date(past.since), new Date(past.until)]).toEqual([new Date(2026, 10, 1), new Date(2026, 10, 3)]);
  expect(new Date(spanOf({ from: "2026-11-20", to: "2026-12-31" }, NOW).until)).toEqual(new Date(2026, 10, 23, 9, 15));
});

test("the span before is as long, and meets it up to the hour", () => {
  const earlier = before(spanOf({ days: 7 }, NOW));
  expect(new Date(earlier.since)).toEqual(new Date(2026, 10, 10));
  expect(new Date(earlier.until)).toEqual(new Date(2026, 10, 16, 9, 15));
});
