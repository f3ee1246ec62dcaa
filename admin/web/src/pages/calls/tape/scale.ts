/** Where moments lie on the screen: ms of call time and pixels. */

export const LEAST_PX_PER_S = 4;
export const MOST_PX_PER_S = 480;
/** Close enough to read single words. */
export const READING_PX_PER_S = 120;
/** Farther than that, whole lines are written instead of words. */
export const WORDS_FROM_PX_PER_S = 85;

const TICKS_S = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300] as const;
const LEAST_TICK_PX = 64;

export function pxOf(ms: number, pxPerS: number): number {
  return (ms / 1_000) * pxPerS;
}

export function msOf(px: number, pxPerS: number): number {
  return (px / pxPerS) * 1_000;
}

/** The zoom at which the whole call is seen. */
export function fitting(durationMs: number, widthPx: number): number {
  return within(durationMs > 0 ? widthPx / (durationMs / 1_000) : READING_PX_PER_S);
}

export function within(pxPerS: number): number {
  return Math.min(MOST_PX_PER_S, Math.max(LEAST_PX_PER_S, pxPerS));
}

/** How far apart the ruler's ticks are. */
export function tickMs(pxPerS: number): number {
  const tick = TICKS_S.find((each) => each * pxPerS >= LEAST_TICK_PX) ?? 600;
  return tick * 1_000;
}

/** 0:07, or 0:07.5 between seconds. */
export function clock(ms: number, tenths = false): string {
  const all = Math.max(0, tenths ? Math.floor(ms / 100) / 10 : Math.floor(ms / 1_000));
  const minutes = Math.floor(all / 60);
  const seconds = all - minutes * 60;
  return `${minutes}:${tenths ? seconds.toFixed(1).padStart(4, "0") : String(Math.floor(seconds)).padStart(2, "0")}`;
}

/** The part of a list sorted by start that may lie between two moments, given how long the longest is. */
export function seen<T extends { startMs: number; endMs: number }>(
  sorted: readonly T[],
  fromMs: number,
  untilMs: number,
): T[] {
  return sorted.filter((each) => each.endMs >= fromMs && each.startMs <= untilMs);
}
