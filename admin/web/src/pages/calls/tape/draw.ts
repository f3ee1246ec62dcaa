/** What of a tape is drawn on canvas: the ruler, both waveforms, silences and overlaps. */
import type { Colours } from "./colours";
import { type Layout, LATENCY_PX, RULER_PX, WAVE_PX, WORDS_PX } from "./layout";
import { extremes, type Lane, type Peaks } from "./peaks";
import { clock, msOf, pxOf, seen, tickMs } from "./scale";
import type { Timeline } from "./timeline";

export interface Sight {
  widthPx: number;
  scrollPx: number;
  pxPerS: number;
}

/** Fit a canvas to its place, and clear it. */
export function prepared(canvas: HTMLCanvasElement, widthPx: number, heightPx: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(widthPx * ratio), Math.round(heightPx * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, widthPx, heightPx);
  return context;
}

export function drawTape(
  context: CanvasRenderingContext2D,
  timeline: Timeline,
  peaks: Peaks | null,
  layout: Layout,
  sight: Sight,
  colours: Colours,
): void {
  const fromMs = msOf(sight.scrollPx, sight.pxPerS);
  const untilMs = msOf(sight.scrollPx + sight.widthPx, sight.pxPerS);
  const x = (ms: number) => pxOf(ms, sight.pxPerS) - sight.scrollPx;
  drawRuler(context, sight, fromMs, untilMs, layout, colours);
  const lanesPx = layout.agentWave + WAVE_PX - layout.callerWave;
  for (const { startMs, endMs } of seen(timeline.silences, fromMs, untilMs)) {
    context.fillStyle = colours.sunken;
    context.fillRect(x(startMs), layout.callerWave, x(endMs) - x(startMs), lanesPx);
    const text = `${((endMs - startMs) / 1_000).toFixed(1)} s silence`;
    context.font = "11px 'Inter Variable', sans-serif";
    const [wide, room] = [context.measureText(text).width, x(endMs) - x(startMs)];
    if (room > wide + 8) {
      context.fillStyle = colours.faint;
      context.fillText(text, x(startMs) + (room - wide) / 2, layout.latency + LATENCY_PX / 2 + 4);
    }
  }
  for (const { startMs, endMs } of seen(timeline.overlaps, fromMs, untilMs)) {
    context.fillStyle = colours.warnSoft;
    context.fillRect(x(startMs), layout.callerWave, Math.max(2, x(endMs) - x(startMs)), lanesPx);
  }
  for (const [top, lane, colour, soft] of [
    [layout.callerWave, peaks?.caller, colours.caller, colours.callerSoft],
    [layout.agentWave, peaks?.agent, colours.agent, colours.agentSoft],
  ] as const) {
    context.fillStyle = soft;
    context.fillRect(x(0), top + WAVE_PX / 2 - 0.5, pxOf(timeline.durationMs, sight.pxPerS), 1);
    if (lane) drawLane(context, lane, colour, { topPx: top, heightPx: WAVE_PX, fromMs, pxPerS: sight.pxPerS, widthPx: sight.widthPx });
  }
}

function drawRuler(
  context: CanvasRenderingContext2D,
  sight: Sight,
  fromMs: number,
  untilMs: number,
  layout: Layout,
  colours: Colours,
): void {
  const every = tickMs(sight.pxPerS);
  context.font = "11px 'Inter Variable', sans-serif";
  const bottom = layout.agentWave + WAVE_PX + WORDS_PX;
  for (let ms = Math.floor(fromMs / every) * every; ms <= untilMs; ms += every) {
    const left = Math.round(pxOf(ms, sight.pxPerS) - sight.scrollPx);
    context.fillStyle = colours.line;
    context.fillRect(left, RULER_PX - 5, 1, bottom - RULER_PX + 5);
    context.fillStyle = colours.faint;
    context.fillText(clock(ms, every < 1_000), left + 4, RULER_PX - 8);
  }
}

interface LaneSight {
  topPx: number;
  heightPx: number;
  fromMs: number;
  pxPerS: number;
  widthPx: number;
}

/** Draw a waveform as one filled shape, a column for every pixel. */
export function drawLane(context: CanvasRenderingContext2D, lane: Lane, colour: string, sight: LaneSight): void {
  const middle = sight.topPx + sight.heightPx / 2;
  const half = sight.heightPx / 2 - 2;
  context.fillStyle = colour;
  context.beginPath();
  for (let column = 0; column < sight.widthPx; column += 1) {
    const fromMs = sight.fromMs + msOf(column, sight.pxPerS);
    const untilMs = sight.fromMs + msOf(column + 1, sight.pxPerS);
    if (untilMs < 0) continue;
    const [low, high] = extremes(lane, fromMs, untilMs);
    if (high - low === 0) continue;
    const top = middle - high * half;
    context.rect(column, top, 1, Math.max(1, (high - low) * half));
  }
  context.fill();
}
