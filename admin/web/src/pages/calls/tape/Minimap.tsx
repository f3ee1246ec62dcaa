/** The whole call in a strip: where one is, and a way to anywhere else. */
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useShownTheme } from "@/app/theme";
import { coloursNow } from "./colours";
import { drawLane, prepared } from "./draw";
import type { Peaks } from "./peaks";
import type { Player } from "./player";
import { fitting, msOf, pxOf } from "./scale";
import type { Timeline } from "./timeline";
import type { SightOfTape } from "./useSight";

const HEIGHT_PX = 38;

interface Props {
  timeline: Timeline;
  peaks: Peaks | null;
  player: Player | null;
  sight: SightOfTape;
}

export function Minimap({ timeline, peaks, player, sight }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const theme = useShownTheme();
  const { scroller, pxPerS } = sight;
  const all = fittingAll(timeline.durationMs, widthPx);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setWidthPx(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  useEffect(() => {
    const context = canvas.current && prepared(canvas.current, widthPx, HEIGHT_PX);
    if (!context) return;
    const colours = coloursNow();
    for (const { startMs, endMs } of timeline.overlaps) {
      context.fillStyle = colours.warnSoft;
      context.fillRect(pxOf(startMs, all), 0, Math.max(1, pxOf(endMs - startMs, all)), HEIGHT_PX);
    }
    const half = HEIGHT_PX / 2;
    for (const [lane, colour, topPx] of [
      [peaks?.caller, colours.caller, 0],
      [peaks?.agent, colours.agent, half],
    ] as const) {
      if (lane) drawLane(context, lane, colour, { topPx, heightPx: half, fromMs: 0, pxPerS: all, widthPx });
    }
  }, [timeline, peaks, widthPx, all, theme]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const follow = () => {
      if (!frame.current) return;
      frame.current.style.left = `${pxOf(msOf(element.scrollLeft, pxPerS), all)}px`;
      frame.current.style.width = `${pxOf(msOf(element.clientWidth, pxPerS), all)}px`;
    };
    follow();
    element.addEventListener("scroll", follow, { passive: true });
    return () => element.removeEventListener("scroll", follow);
  }, [scroller, pxPerS, all, sight.widthPx]);

  useEffect(
    () =>
      player?.follow((ms) => {
        if (head.current) head.current.style.transform = `translateX(${pxOf(ms, all)}px)`;
      }),
    [player, all],
  );

  const go = (event: PointerEvent<HTMLDivElement>) => {
    const element = scroller.current;
    if (!element || (event.type === "pointermove" && event.buttons !== 1)) return;
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    element.scrollLeft = pxOf(msOf(px, all), pxPerS) - element.clientWidth / 2;
  };

  return (
    <div
      ref={place}
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={go}
      className="relative cursor-pointer overflow-hidden rounded-md bg-sunken"
      style={{ height: HEIGHT_PX }}
    >
      <canvas ref={canvas} className="block" style={{ width: widthPx, height: HEIGHT_PX }} />
      <div ref={frame} className="absolute inset-y-0 rounded-md border-2 border-accent bg-accent/10" />
      <div ref={head} className="absolute inset-y-0 left-0 w-px bg-accent" />
    </div>
  );
}

/** However long the call: here all of it is seen. */
function fittingAll(durationMs: number, widthPx: number): number {
  return durationMs > 0 ? widthPx / (durationMs / 1_000) : fitting(0, widthPx);
}
