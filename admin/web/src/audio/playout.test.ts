import { describe, expect, test } from "vitest";
import { Playout } from "./playout";

const SIZES = { lead: 10, mostLead: 40, fade: 8 };

function ramp(from: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, k) => (from + k) / 1_000);
}

test("it begins its lead after the first sample came, then plays every sample once, in order", () => {
  const playout = new Playout(1, SIZES);
  playout.push(ramp(1, 6));
  expect(playout.pull(5).every((sample) => sample === 0)).toBe(true);
  playout.push(ramp(7, 6));
  const out = playout.pull(17);
  expect(out.findIndex((sample) => sample !== 0)).toBe(SIZES.lead - 5);
  expect([...out.subarray(SIZES.lead - 5 + 4)]).toEqual([...ramp(5, 8)]); // after its rise
  expect(playout.played).toBe(12);
});

test("something short is played however short it is", () => {
  const playout = new Playout(1, SIZES);
  playout.push(ramp(1, 3));
  playout.pull(SIZES.lead + 5);
  expect(playout.played).toBe(3);
  expect(playout.buffered).toBe(0);
});

test("silence it fills in is not counted as played", () => {
  const playout = new Playout(1, SIZES);
  playout.push(ramp(0, 20));
  playout.pull(500);
  expect(playout.played).toBe(20);
});

test("a clear drops what waits, after a short fade, and counts exactly", () => {
  const playout = new Playout(1, SIZES);
  playout.push(new Float32Array(100).fill(0.5));
  playout.pull(SIZES.lead + 20);
  playout.clear();
  const out = playout.pull(50);
  expect(playout.played).toBe(20 + SIZES.fade);
  expect(playout.dropped).toBe(80 - SIZES.fade);
  expect(out[0]).toBeGreaterThan(0.3);
  const steps = [...out].map((sample, k) => Math.abs(sample - (k ? (out[k - 1] ?? 0) : 0.5)));
  expect(Math.max(...steps)).toBeLessThan(0.1); // no click
  expect(out[49]).toBeCloseTo(0, 4);
});

test("a clear before it began drops everything", () => {
  const playout = new Playout(1, SIZES);
  playout.push(ramp(0, 5));
  playout.clear();
  expect([playout.played, playout.dropped, playout.buffered]).toEqual([0, 5, 0]);
});

test("running dry in the middle of sound makes no click and a longer lead", () => {
  const playout = new Playout(1, SIZES);
  playout.push(new Float32Array(20).fill(0.5));
  const out = playout.pull(60);
  const steps = [...out].map((sample, k) => Math.abs(sample - (out[k - 1] ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(0.2);
  playout.push(new Float32Array(12).fill(0.5));
  expect(playout.gaps).toBe(1);
  playout.pull(SIZES.lead + 1);
  expect(playout.played).toBe(20); // it waits longer now
});

test("a pause between two sentences is no gap", () => {
  const playout = new Playout(1, SIZES);
  playout.push(new Float32Array(20));
  playout.pull(60);
  playout.push(new Float32Array(20));
  expect(playout.gaps).toBe(0);
});

describe("with two voices", () => {
  test("frames stay together", () => {
    const playout = new Playout(2, SIZES);
    const sound = new Float32Array(40);
    for (let frame = 0; frame < 20; frame++) sound.set([0.25, -0.25], frame * 2);
    playout.push(sound);
    const out = playout.pull(SIZES.lead + 20).subarray(SIZES.lead * 2);
    expect(playout.played).toBe(20);
    for (let frame = 4; frame < 20; frame++) expect([out[frame * 2], out[frame * 2 + 1]]).toEqual([0.25, -0.25]);
  });

  test("half a frame at the end is left out", () => {
    const playout = new Playout(2, SIZES);
    playout.push(new Float32Array(41));
    expect(playout.buffered).toBe(20);
  });
});
