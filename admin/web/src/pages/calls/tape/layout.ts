/** Which row of the tape lies where, from the top, in pixels; and where spans of tools find room. */

export interface Layout {
  ruler: number;
  steps: number | null;
  callerWave: number;
  callerWords: number;
  latency: number;
  agentWave: number;
  agentWords: number;
  people: number | null;
  tools: number | null;
  height: number;
}

export const RULER_PX = 22;
export const BAND_PX = 24;
export const WAVE_PX = 52;
export const WORD_ROW_PX = 17;
/** Words that do not fit beside each other lie in two rows. */
export const WORDS_PX = 2 * WORD_ROW_PX + 2;
export const LATENCY_PX = 20;

export function layoutOf(rows: { steps: boolean; people: boolean; toolRows: number }): Layout {
  let at = 0;
  const take = (px: number): number => {
    const from = at;
    at += px;
    return from;
  };
  const ruler = take(RULER_PX);
  const steps = rows.steps ? take(BAND_PX + 4) : null;
  const callerWave = take(WAVE_PX);
  const callerWords = take(WORDS_PX);
  const latency = take(LATENCY_PX);
  const agentWave = take(WAVE_PX);
  const agentWords = take(WORDS_PX + 4);
  const people = rows.people ? take(BAND_PX + 2) : null;
  const tools = rows.toolRows > 0 ? take(rows.toolRows * (BAND_PX + 2)) : null;
  return { ruler, steps, callerWave, callerWords, latency, agentWave, agentWords, people, tools, height: at + 4 };
}

/** The row each span is drawn in, so that none lies on another; spans take `leastMs` of room at least. */
export function packed(spans: readonly { startMs: number; endMs: number }[], leastMs: number): number[] {
  const freeFromMs: number[] = [];
  return spans.map(({ startMs, endMs }) => {
    const found = freeFromMs.findIndex((freeMs) => freeMs <= startMs);
    const row = found < 0 ? freeFromMs.length : found;
    freeFromMs[row] = Math.max(endMs, startMs + leastMs);
    return row;
  });
}

const LETTER_PX = 6.3;
const AROUND_WORD_PX = 5;

export interface PlacedWord<T> {
  word: T;
  leftPx: number;
  /** 0 above, 1 below. */
  row: 0 | 1;
  /** Less than it wants where even two rows are too few. */
  roomPx: number;
}

/** Where words are written under their sound, in two rows where one is too short; `words` by start. */
export function placed<T extends { text: string; startMs: number }>(words: readonly T[], pxPerS: number): PlacedWord<T>[] {
  const freePx: [number, number] = [-Infinity, -Infinity];
  const found: PlacedWord<T>[] = [];
  for (const word of words) {
    const leftPx = (word.startMs / 1_000) * pxPerS;
    const roomPx = word.text.length * LETTER_PX + AROUND_WORD_PX;
    const row = freePx[0] <= leftPx || freePx[0] <= freePx[1] ? 0 : 1;
    if (freePx[row] > leftPx) {
      const last = found.findLast((each) => each.row === row);
      if (last) last.roomPx = Math.max(4, leftPx - last.leftPx - 1);
    }
    freePx[row] = leftPx + roomPx;
    found.push({ word, leftPx, row, roomPx });
  }
  return found;
}
