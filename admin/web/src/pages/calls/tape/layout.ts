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
export const WORDS_PX = 22;
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
