/** Which words sound at a moment, and their marking on the page as the recording plays. */
import { type RefObject, useEffect, useMemo } from "react";
import type { Player } from "./player";
import type { Side, TapeWord, Timeline } from "./timeline";

/** The last word that has begun, if it still sounds; `sorted` by start. */
export function wordAt(sorted: readonly TapeWord[], ms: number): TapeWord | null {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  const word = sorted[low - 1];
  return word && ms < Math.max(word.endMs, word.startMs + 120) ? word : null;
}

/** Heard words of one side, by start. */
export function heardOf(timeline: Timeline, side: Side): TapeWord[] {
  return timeline.words
    .filter((word) => word.side === side && word.heard)
    .sort((one, other) => one.startMs - other.startMs);
}

/**
 * Mark the words that sound: elements within `place` that have `data-word` get `data-now`.
 *
 * `onLine` is told when another line begins to sound.
 */
export function useWordsNow(
  place: RefObject<HTMLElement | null>,
  timeline: Timeline,
  player: Player | null,
  onLine?: (line: number) => void,
): void {
  const lanes = useMemo(() => [heardOf(timeline, "caller"), heardOf(timeline, "agent")], [timeline]);
  // After every rendering: elements come and go as one scrolls.
  useEffect(() => {
    if (!player) return;
    let lineNow = -1;
    let shown = "";
    return player.follow((ms) => {
      const now = lanes.map((lane) => wordAt(lane, ms)).filter((word) => word !== null);
      const ids = now.map((word) => word.id).join(" ");
      if (ids === shown) return;
      shown = ids;
      for (const old of place.current?.querySelectorAll("[data-now]") ?? []) old.removeAttribute("data-now");
      for (const word of now) place.current?.querySelector(`[data-word="${word.id}"]`)?.setAttribute("data-now", "");
      const line = Math.max(-1, ...now.map((word) => word.line));
      if (line >= 0 && line !== lineNow) onLine?.(line);
      lineNow = line;
    });
  });
}
