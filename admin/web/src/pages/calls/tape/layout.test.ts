import { expect, test } from "vitest";
import { layoutOf, packed, placed } from "./layout";
import { clock, fitting, tickMs, within } from "./scale";
import { extremes, peaksOf } from "./peaks";

test("rows that a call does not have take no room", () => {
  const bare = layoutOf({ steps: false, people: false, toolRows: 0 });
  const full = layoutOf({ steps: true, people: true, toolRows: 2 });
  expect([bare.steps, bare.people, bare.tools]).toEqual([null, null, null]);
  expect(full.height).toBeGreaterThan(bare.height);
  expect(full.tools).toBeGreaterThan(full.people ?? Infinity);
});

test("spans that meet lie in rows of their own, and a row is used again", () => {
  const spans = [
    { startMs: 0, endMs: 100 },
    { startMs: 50, endMs: 60 },
    { startMs: 100, endMs: 120 },
  ];
  expect(packed(spans, 0)).toEqual([0, 1, 0]);
  expect(packed(spans, 200)).toEqual([0, 1, 2]);
});

test("the ruler's ticks never crowd, and a call fits where it can", () => {
  for (const pxPerS of [4, 10, 33, 120, 480]) expect((tickMs(pxPerS) / 1_000) * pxPerS).toBeGreaterThanOrEqual(64);
  expect(fitting(10_000, 1_000)).toBe(100);
  expect(fitting(0, 1_000)).toBe(120);
  expect([within(1), within(1e6)]).toEqual([4, 480]);
  expect([clock(7_490), clock(7_490, true), clock(67_000), clock(-5)]).toEqual(["0:07", "0:07.4", "1:07", "0:00"]);
});

test("peaks are read by lane, and a loud moment is never drawn away", () => {
  const bytes = new Int8Array([-1, 2, 0, 0, -64, 3, -4, 5, 0, 0, 0, 50]);
  const peaks = peaksOf(bytes.buffer);
  expect([peaks.count, peaks.caller.loudest, peaks.agent.loudest]).toEqual([3, 64, 50]);
  expect(extremes(peaks.caller, 0, 30)).toEqual([-1, 3 / 64]);
  expect(extremes(peaks.agent, 21, 22)).toEqual([0, 1]);
  expect(extremes(peaks.agent, 90, 120)).toEqual([0, 0]);
});

test("words too long for their time lie in two rows, and none is written over another", () => {
  const words = ["how", "can", "you", "understand", "us"].map((text, at) => ({ text, startMs: at * 120 }));
  const found = placed(words, 120);
  expect(found.slice(0, 3).map((each) => each.row)).toEqual([0, 1, 0]);
  for (const row of [0, 1]) {
    const inRow = found.filter((each) => each.row === row);
    for (const [at, each] of inRow.entries()) {
      const next = inRow[at + 1];
      if (next) expect(each.leftPx + each.roomPx).toBeLessThanOrEqual(next.leftPx);
    }
  }
  expect(placed(words, 4_800).every((each) => each.row === 0)).toBe(true);
});
