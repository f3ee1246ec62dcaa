/** Stretches of time and how they lie to each other. */

export interface Span {
  startMs: number;
  endMs: number;
}

/** Spans in order, those nearer to each other than `gapMs` made one. */
export function merged(spans: readonly Span[], gapMs = 0): Span[] {
  const joined: Span[] = [];
  for (const { startMs, endMs } of [...spans].sort((one, other) => one.startMs - other.startMs)) {
    const last = joined.at(-1);
    if (last && startMs - last.endMs <= gapMs) last.endMs = Math.max(last.endMs, endMs);
    else joined.push({ startMs, endMs });
  }
  return joined;
}

/** Where two lists of merged spans both are, for `leastMs` at least. */
export function both(ones: readonly Span[], others: readonly Span[], leastMs = 1): Span[] {
  const found: Span[] = [];
  let from = 0;
  for (const one of ones) {
    while (from < others.length && (others[from]?.endMs ?? 0) <= one.startMs) from += 1;
    for (let at = from; at < others.length; at += 1) {
      const other = others[at];
      if (!other || other.startMs >= one.endMs) break;
      const [startMs, endMs] = [Math.max(one.startMs, other.startMs), Math.min(one.endMs, other.endMs)];
      if (endMs - startMs >= leastMs) found.push({ startMs, endMs });
    }
  }
  return found;
}

/** What lies between merged spans, from 0 to `untilMs`, for `leastMs` at least. */
export function between(spans: readonly Span[], untilMs: number, leastMs: number): Span[] {
  const gaps: Span[] = [];
  let fromMs = 0;
  for (const { startMs, endMs } of [...spans, { startMs: untilMs, endMs: untilMs }]) {
    if (startMs - fromMs >= leastMs) gaps.push({ startMs: fromMs, endMs: startMs });
    fromMs = Math.max(fromMs, endMs);
  }
  return gaps;
}
