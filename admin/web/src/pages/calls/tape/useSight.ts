/** How much of a tape is seen: zoom, scroll, width; and the part for which things are put on the page. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { fitting, msOf, pxOf, READING_PX_PER_S, within } from "./scale";

export interface SightOfTape {
  scroller: RefObject<HTMLDivElement | null>;
  widthPx: number;
  pxPerS: number;
  /** A bit more than what is seen. */
  range: { fromMs: number; untilMs: number };
  /** To be called when the scroller has scrolled. */
  scrolled: () => void;
  zoomTo: (pxPerS: number, anchorMs?: number) => void;
  fit: () => void;
  /** Bring a moment into sight if it is not. */
  show: (ms: number, place?: number) => void;
}

export function useSight(durationMs: number): SightOfTape {
  const scroller = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);
  const pxPerS = chosen ?? Math.max(READING_PX_PER_S, widthPx > 0 ? fitting(durationMs, widthPx) : 0);
  const [range, setRange] = useState({ fromMs: 0, untilMs: 0 });
  const anchor = useRef<{ ms: number; px: number } | null>(null);

  const scrolled = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const fromMs = msOf(element.scrollLeft, pxPerS);
    const spanMs = msOf(element.clientWidth, pxPerS);
    setRange((before) =>
      fromMs < before.fromMs || fromMs + spanMs > before.untilMs || before.untilMs - before.fromMs > 4 * spanMs
        ? { fromMs: fromMs - spanMs, untilMs: fromMs + 2 * spanMs }
        : before,
    );
  }, [pxPerS]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setWidthPx(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  useLayoutEffect(() => {
    const [element, kept] = [scroller.current, anchor.current];
    if (element && kept) element.scrollLeft = pxOf(kept.ms, pxPerS) - kept.px;
    anchor.current = null;
    scrolled();
  }, [pxPerS, widthPx, scrolled]);

  const zoomTo = useCallback(
    (wanted: number, anchorMs?: number) => {
      const element = scroller.current;
      if (!element) return;
      const ms = anchorMs ?? msOf(element.scrollLeft + element.clientWidth / 2, pxPerS);
      anchor.current = { ms, px: pxOf(ms, pxPerS) - element.scrollLeft };
      setChosen(within(wanted));
    },
    [pxPerS],
  );

  const fit = useCallback(() => setChosen(fitting(durationMs, scroller.current?.clientWidth ?? 0)), [durationMs]);

  const show = useCallback(
    (ms: number, place = 0.15) => {
      const element = scroller.current;
      if (!element) return;
      const px = pxOf(ms, pxPerS);
      const seenFrom = element.scrollLeft;
      if (px < seenFrom + 8 || px > seenFrom + element.clientWidth - 40) {
        element.scrollLeft = px - element.clientWidth * place;
      }
    },
    [pxPerS],
  );

  return { scroller, widthPx, pxPerS, range, scrolled, zoomTo, fit, show };
}
