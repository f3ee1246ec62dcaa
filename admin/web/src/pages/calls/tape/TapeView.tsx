/** The tape: both sides' sound over one axis of time, and under it what was said, meant and done. */
import { type MouseEvent, useEffect, useMemo, useRef } from "react";
import { useShownTheme } from "@/app/theme";
import { coloursNow } from "./colours";
import { drawTape, prepared } from "./draw";
import { BAND_PX, layoutOf, packed, WAVE_PX, WORDS_PX } from "./layout";
import { useWordsNow } from "./now";
import { Bands, Latencies, Marks, Words } from "./Overlays";
import type { Peaks } from "./peaks";
import type { Player } from "./player";
import { clock, msOf, pxOf } from "./scale";
import type { Timeline } from "./timeline";
import type { SightOfTape } from "./useSight";

const TOOL_LABEL_PX = 150;
const ZOOM_STEP = 1.0025;

interface Props {
  timeline: Timeline;
  peaks: Peaks | null;
  player: Player | null;
  sight: SightOfTape;
  tool: string | null;
  onTool: (taskId: string) => void;
}

export function TapeView({ timeline, peaks, player, sight, tool, onTool }: Props) {
  const { scroller, pxPerS, widthPx, range } = sight;
  const canvas = useRef<HTMLCanvasElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const theme = useShownTheme();
  const spans = useMemo(
    () => timeline.tools.map(({ beganMs, settledMs }) => ({ startMs: beganMs, endMs: settledMs ?? timeline.durationMs })),
    [timeline],
  );
  const toolRows = useMemo(() => packed(spans, msOf(TOOL_LABEL_PX, pxPerS)), [spans, pxPerS]);
  const layout = useMemo(
    () =>
      layoutOf({
        steps: timeline.steps.length > 0,
        people: timeline.marks.some((mark) => mark.kind === "control"),
        toolRows: Math.max(0, ...toolRows.map((row) => row + 1)),
      }),
    [timeline, toolRows],
  );
  useWordsNow(scroller, timeline, player);

  // Read once: asking for styles at every frame makes the browser lay out the page anew.
  const colours = useMemo(() => coloursNow(), [theme]);
  const redraw = useRef(() => {});
  redraw.current = () => {
    const [element, place] = [canvas.current, scroller.current];
    const context = element && place && prepared(element, place.clientWidth, layout.height);
    if (!context || !place) return;
    const seenNow = { widthPx: place.clientWidth, scrollPx: place.scrollLeft, pxPerS };
    drawTape(context, timeline, peaks, layout, seenNow, colours);
  };
  useEffect(() => redraw.current(), [timeline, peaks, layout, pxPerS, widthPx, theme]);

  const frame = useRef(0);
  const onScroll = () => {
    sight.scrolled();
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => redraw.current());
  };

  useEffect(() => {
    if (!player) return;
    let seenBefore = true;
    return player.follow((ms) => {
      const [line, place] = [head.current, scroller.current];
      if (!line || !place) return;
      const px = pxOf(ms, pxPerS);
      line.style.transform = `translateX(${px}px)`;
      line.setAttribute("aria-valuenow", String(Math.round(ms)));
      line.setAttribute("aria-valuetext", clock(ms, true));
      const inSight = px >= place.scrollLeft && px <= place.scrollLeft + place.clientWidth - 40;
      if (player.playing && seenBefore && !inSight) sight.show(ms);
      seenBefore = player.playing ? inSight || seenBefore : true;
    });
  }, [player, pxPerS, scroller, sight]);

  useEffect(() => {
    const place = scroller.current;
    if (!place) return;
    const zoom = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const px = event.clientX - place.getBoundingClientRect().left;
      sight.zoomTo(pxPerS * ZOOM_STEP ** -event.deltaY, msOf(place.scrollLeft + px, pxPerS));
    };
    place.addEventListener("wheel", zoom, { passive: false });
    return () => place.removeEventListener("wheel", zoom);
  }, [scroller, pxPerS, sight]);

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const place = event.currentTarget;
    const word = (event.target as HTMLElement).closest<HTMLElement>("[data-word]");
    const found = word && timeline.words[Number(word.dataset["word"])];
    if (found) void player?.play(found.startMs);
    else if (!(event.target as HTMLElement).closest("button"))
      player?.seek(msOf(event.clientX - place.getBoundingClientRect().left + place.scrollLeft, pxPerS));
  };

  return (
    <div className="flex">
      <RowNames layout={layout} />
      <div
        ref={scroller}
        data-tape
        onScroll={onScroll}
        onClick={onClick}
        className="relative min-w-0 flex-1 cursor-text overflow-x-auto overflow-y-hidden"
      >
        <div className="relative" style={{ width: Math.max(pxOf(timeline.durationMs, pxPerS) + 24, widthPx), height: layout.height }}>
          <canvas
            ref={canvas}
            aria-hidden
            className="pointer-events-none sticky left-0 block"
            style={{ width: widthPx, height: layout.height }}
          />
          <Words timeline={timeline} layout={layout} pxPerS={pxPerS} range={range} />
          <Latencies timeline={timeline} layout={layout} pxPerS={pxPerS} range={range} />
          <Marks timeline={timeline} layout={layout} pxPerS={pxPerS} range={range} />
          <Bands
            timeline={timeline}
            layout={layout}
            pxPerS={pxPerS}
            range={range}
            toolRows={toolRows}
            chosen={tool}
            onTool={onTool}
          />
          <div
            ref={head}
            role="slider"
            tabIndex={0}
            aria-label="Playhead"
            aria-valuemin={0}
            aria-valuemax={timeline.durationMs}
            aria-valuenow={0}
            className="pointer-events-none absolute top-0 left-0 z-20 w-px bg-accent before:absolute before:-left-[4px] before:top-0 before:border-x-[4.5px] before:border-t-[6px] before:border-x-transparent before:border-t-accent"
            style={{ height: layout.height }}
          />
        </div>
      </div>
    </div>
  );
}

function RowNames({ layout }: { layout: ReturnType<typeof layoutOf> }) {
  const names: [string, number, number][] = [
    ["Caller", layout.callerWave, WAVE_PX + WORDS_PX],
    ["Agent", layout.agentWave, WAVE_PX + WORDS_PX],
  ];
  if (layout.steps !== null) names.push(["Steps", layout.steps, BAND_PX]);
  if (layout.people !== null) names.push(["People", layout.people, BAND_PX]);
  if (layout.tools !== null) names.push(["Tools", layout.tools, BAND_PX]);
  return (
    <div aria-hidden className="relative w-16 shrink-0 border-r border-line text-xs text-faint" style={{ height: layout.height }}>
      {names.map(([name, top, height]) => (
        <span
          key={name}
          className={`absolute right-2 left-3 flex items-center ${name === "Caller" ? "text-caller" : name === "Agent" ? "text-agent" : ""}`}
          style={{ top, height }}
        >
          {name}
        </span>
      ))}
    </div>
  );
}
