import { describe, expect, test } from "vitest";
import { loudness } from "./pcm";
import { Resampler } from "./resample";

function tone(hz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, k) => 0.5 * Math.sin((2 * Math.PI * hz * k) / rate));
}

function inBlocks(resampler: Resampler, sound: Float32Array, sizes: number[]): Float32Array {
  const parts: number[] = [];
  for (let at = 0, turn = 0; at < sound.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    parts.push(...resampler.process(sound.subarray(at, at + size)));
    at += size;
  }
  return Float32Array.from(parts);
}

const RATES = [44_100, 48_000, 96_000, 22_050, 8_000, 16_000];

describe.each(RATES)("from %i Hz to 16 kHz", (rate) => {
  test("gives as many samples as time has passed", () => {
    const out = new Resampler(rate, 16_000).process(tone(440, rate, 1));
    expect(Math.abs(out.length - 16_000)).toBeLessThanOrEqual(1);
  });

  test("keeps a voice's tone as loud as it was", () => {
    const out = new Resampler(rate, 16_000).process(tone(1_000, rate, 0.5)).subarray(1_000);
    expect(loudness(out)).toBeCloseTo(0.5 / Math.SQRT2, 3);
  });

  test("does not depend on the blocks", () => {
    const sound = tone(700, rate, 0.2);
    const whole = new Resampler(rate, 16_000).process(sound);
    const cut = inBlocks(new Resampler(rate, 16_000), sound, [128, 1, 77, 300]);
    expect(cut).toEqual(whole);
  });
});

test("what lies above the lower rate's half is taken away, not folded back", () => {
  const out = new Resampler(48_000, 16_000).process(tone(9_500, 48_000, 0.5)).subarray(1_000);
  expect(loudness(out)).toBeLessThan(0.5 * 10 ** (-60 / 20));
});

test.each([44_100, 48_000, 96_000])("towards %i Hz, exactly as many samples as are wanted come out", (rate) => {
  const resampler = new Resampler(16_000, rate);
  const sound = tone(500, 16_000, 1);
  let at = 0;
  let out = 0;
  while (true) {
    const need = resampler.inputsFor(128);
    if (at + need > sound.length) break;
    const block = resampler.process(sound.subarray(at, at + need), 128);
    expect(block.length).toBe(128);
    at += need;
    out += block.length;
  }
  expect(Math.abs(out / rate - at / 16_000)).toBeLessThan(0.001);
});
