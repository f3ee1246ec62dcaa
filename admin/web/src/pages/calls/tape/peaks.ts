/** How loud each side is when: four signed bytes for every 10 ms, as `GET /calls/{id}/waveform` gives them. */

export const PEAK_MS = 10;

export interface Peaks {
  /** Entries; one is `PEAK_MS`. */
  count: number;
  caller: Lane;
  agent: Lane;
}

export interface Lane {
  low: Int8Array;
  high: Int8Array;
  /** The loudest there is, at least what a quiet voice has: lanes are drawn as large as that. */
  loudest: number;
}

const QUIET_VOICE = 12;

export function peaksOf(bytes: ArrayBuffer): Peaks {
  const entries = new Int8Array(bytes);
  const count = Math.floor(entries.length / 4);
  const lane = (from: number): Lane => {
    const [low, high] = [new Int8Array(count), new Int8Array(count)];
    let loudest = QUIET_VOICE;
    for (let at = 0; at < count; at += 1) {
      const [least, most] = [entries[at * 4 + from] ?? 0, entries[at * 4 + from + 1] ?? 0];
      low[at] = least;
      high[at] = most;
      loudest = Math.max(loudest, most, -least);
    }
    return { low, high, loudest };
  };
  return { count, caller: lane(0), agent: lane(2) };
}

/** Lowest and highest between two moments, as parts of the lane's loudest: [-1..0, 0..1]. */
export function extremes(lane: Lane, fromMs: number, untilMs: number): [number, number] {
  const from = Math.max(0, Math.floor(fromMs / PEAK_MS));
  const until = Math.min(lane.low.length, Math.max(from + 1, Math.ceil(untilMs / PEAK_MS)));
  let [low, high] = [0, 0];
  for (let at = from; at < until; at += 1) {
    low = Math.min(low, lane.low[at] ?? 0);
    high = Math.max(high, lane.high[at] ?? 0);
  }
  return [low / lane.loudest, high / lane.loudest];
}
