/** Which rows of a long list are put on the page: those in sight, and a few around them. */
import { type RefObject, useCallback, useEffect, useState } from "react";

const AROUND = 12;

export interface RowsInSight {
  from: number;
  until: number;
  /** Bring a row into sight. */
  show: (row: number) => void;
}

/**
 * Args: `scroller`, what scrolls; `topPx`, what lies above the first row in it; rows are `rowPx` high.
 * `nearEnd` is called when the last rows come into sight.
 */
export function useRows(
  scroller: RefObject<HTMLElement | null>,
  rows: number,
  rowPx: number,
  topPx: number,
  nearEnd: () => void,
): RowsInSight {
  const [place, setPlace] = useState({ from: 0, until: 60 });
  const read = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const first = Math.floor((element.scrollTop - topPx) / rowPx);
    const last = Math.ceil((element.scrollTop + element.clientHeight - topPx) / rowPx);
    setPlace((before) => {
      const from = Math.max(0, first - AROUND);
      const until = last + AROUND;
      return before.from === from && before.until === until ? before : { from, until };
    });
    if (last + AROUND >= rows) nearEnd();
  }, [scroller, rows, rowPx, topPx, nearEnd]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    read();
    element.addEventListener("scroll", read, { passive: true });
    const watcher = new ResizeObserver(read);
    watcher.observe(element);
    return () => {
      element.removeEventListener("scroll", read);
      watcher.disconnect();
    };
  }, [scroller, read]);
  const show = useCallback(
    (row: number) => {
      const element = scroller.current;
      if (!element) return;
      const [top, bottom] = [topPx + row * rowPx, topPx + (row + 1) * rowPx];
      if (top - topPx < element.scrollTop) element.scrollTop = top - topPx;
      else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
    },
    [scroller, rowPx, topPx],
  );
  return { from: place.from, until: Math.min(rows, place.until), show };
}
