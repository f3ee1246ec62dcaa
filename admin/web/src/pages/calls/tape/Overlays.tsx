/** What lies over the waveforms and can be pointed at: words, latencies, marks, tools, steps. */
import { Hand, UserRound } from "lucide-react";
import { memo, useMemo } from "react";
import { cx } from "@/ui/cx";
import { BAND_PX, type Layout, LATENCY_PX, placed, WAVE_PX, WORD_ROW_PX, WORDS_PX } from "./layout";
import { pxOf, seen, WORDS_FROM_PX_PER_S } from "./scale";
import type { Side, TapeWord, Timeline } from "./timeline";
import { markText, paceOf, plain, seconds, stateOf } from "./wording";

interface Over {
  timeline: Timeline;
  layout: Layout;
  pxPerS: number;
  range: { fromMs: number; untilMs: number };
}

/** Words under their sound; seen from afar, what was said in one go as a whole. */
export const Words = memo(function Words(over: Over) {
  return (
    <>
      <Lane {...over} side="caller" top={over.layout.callerWords} />
      <Lane {...over} side="agent" top={over.layout.agentWords} />
    </>
  );
});

function Lane({ timeline, pxPerS, range, side, top }: Over & { side: Side; top: number }) {
  const words = useMemo(
    () => timeline.words.filter((word) => word.side === side).sort((one, other) => one.startMs - other.startMs),
    [timeline, side],
  );
  if (pxPerS < WORDS_FROM_PX_PER_S) return <Lines {...{ timeline, pxPerS, range, side, top }} />;
  return placed(seen(words, range.fromMs, range.untilMs), pxPerS).map(({ word, leftPx, row, roomPx }) => (
    <span
      key={word.id}
      data-word={word.id}
      title={titleOf(word, timeline)}
      className={cx(
        "absolute cursor-pointer overflow-hidden rounded-[3px] px-px text-[11.5px] leading-[17px] whitespace-nowrap hover:bg-sunken data-now:bg-ink data-now:text-surface",
        !word.heard && "text-faint line-through decoration-bad",
        timeline.lines[word.line]?.passing && "rounded-full bg-agent-soft px-1.5 text-agent",
      )}
      style={{ left: leftPx, top: top + 1 + row * WORD_ROW_PX, maxWidth: roomPx }}
    >
      {word.text}
    </span>
  ));
}

function titleOf(word: TapeWord, timeline: Timeline): string {
  const line = timeline.lines[word.line];
  if (!word.heard) return `“${word.text}”: the caller did not hear this`;
  if (line?.passing) return `“${word.text}”: said in passing, without taking the floor`;
  return `Play from “${word.text}”`;
}

function Lines({ timeline, pxPerS, range, side, top }: Omit<Over, "layout"> & { side: Side; top: number }) {
  return seen(timeline.lines, range.fromMs, range.untilMs)
    .filter((line) => line.side === side)
    .map((line) => (
      <span
        key={line.id}
        data-word={line.words[0]?.id}
        title={line.words.map((word) => word.text).join(" ")}
        className={cx(
          "absolute cursor-pointer truncate rounded-[3px] px-1 text-[11px] leading-[18px]",
          side === "caller" ? "bg-caller-soft text-caller" : "bg-agent-soft text-agent",
        )}
        style={{ left: pxOf(line.startMs, pxPerS), top: top + 2, width: Math.max(4, pxOf(line.endMs - line.startMs, pxPerS) - 1) }}
      >
        {line.words.map((word) => word.text).join(" ")}
      </span>
    ));
}

const PACES = { good: ["bg-good", "text-good"], warn: ["bg-warn", "text-warn"], bad: ["bg-bad", "text-bad"] } as const;

/** From the caller's last sound to the agent's first: a bar between the lanes, with its figure. */
export const Latencies = memo(function Latencies({ timeline, layout, pxPerS, range }: Over) {
  return timeline.responses
    .filter(({ endedMs, answeredMs }) => answeredMs >= range.fromMs && endedMs <= range.untilMs)
    .map(({ endedMs, answeredMs, latencyMs }) => {
      const [bar, ink] = PACES[paceOf(latencyMs)];
      const width = Math.max(3, pxOf(latencyMs, pxPerS));
      return (
        <span
          key={endedMs}
          title={`The agent's first sound came ${seconds(latencyMs)} after the caller's last`}
          className={cx("absolute flex items-center gap-1 text-[11px] font-medium", ink)}
          style={{ left: pxOf(Math.min(endedMs, answeredMs), pxPerS), top: layout.latency, height: LATENCY_PX }}
        >
          <span className={cx("h-1.5 shrink-0 rounded-full", bar)} style={{ width }} />
          {pxPerS > 18 && <span className="tabular rounded bg-surface/80 px-0.5 whitespace-nowrap">{seconds(latencyMs)}</span>}
        </span>
      );
    });
});

export const Marks = memo(function Marks({ timeline, layout, pxPerS, range }: Over) {
  const lanesPx = layout.agentWords + WORDS_PX - layout.callerWave;
  return timeline.marks
    .filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.untilMs)
    .map((mark, at) => {
      const left = pxOf(mark.atMs, pxPerS);
      const text = markText(mark);
      if (mark.kind === "backchannel") return null; // its words are in the lane
      if (mark.kind === "keys")
        return (
          <span
            key={at}
            title={text}
            className="tabular absolute rounded border border-line bg-raised px-1 font-mono text-[11px] leading-4 text-caller"
            style={{ left, top: layout.callerWave + WAVE_PX - 20 }}
          >
            {mark.keys}
          </span>
        );
      if (mark.kind === "control")
        return (
          <span
            key={at}
            title={text}
            className="absolute flex max-w-72 items-center gap-1 truncate rounded-full bg-accent-soft px-2 text-[11px] leading-5 text-accent-ink"
            style={{ left, top: (layout.people ?? 0) + 1 }}
          >
            <UserRound className="size-3 shrink-0" aria-hidden /> {text}
          </span>
        );
      return (
        <span
          key={at}
          title={text}
          className="absolute w-0 border-l border-dashed border-warn"
          style={{ left, top: layout.callerWave, height: lanesPx }}
        >
          <span
            className={cx(
              "absolute -top-1 -left-2 grid size-4 place-items-center rounded-full text-surface",
              mark.yielded ? "bg-warn" : "bg-faint",
            )}
          >
            <Hand className="size-2.5" aria-hidden />
            <span className="sr-only">{text}</span>
          </span>
        </span>
      );
    });
});

interface BandsProps extends Over {
  toolRows: readonly number[];
  chosen: string | null;
  onTool: (taskId: string) => void;
}

const TOOL_TONES = {
  good: "border-good/40 bg-good-soft text-good",
  bad: "border-bad/40 bg-bad-soft text-bad",
  warn: "border-warn/40 bg-warn-soft text-warn",
} as const;

/** Steps of the flow, and background agents at work. */
export const Bands = memo(function Bands({ timeline, layout, pxPerS, range, toolRows, chosen, onTool }: BandsProps) {
  return (
    <>
      {layout.steps !== null &&
        seen(timeline.steps, range.fromMs, range.untilMs).map(({ step, startMs, endMs, language }) => (
          <span
            key={startMs}
            title={`Step “${plain(step)}”, ${language}`}
            className="absolute overflow-hidden rounded border border-line bg-sunken text-[11px] leading-[22px] whitespace-nowrap text-muted"
            style={{
              left: pxOf(startMs, pxPerS),
              top: layout.steps ?? 0,
              width: Math.max(2, pxOf(endMs - startMs, pxPerS) - 1),
              height: BAND_PX,
            }}
          >
            <span className="sticky left-0 px-1.5">{plain(step)}</span>
          </span>
        ))}
      {layout.tools !== null &&
        timeline.tools.map((call, at) => {
          const untilMs = call.settledMs ?? timeline.durationMs;
          const [state, tone] = stateOf(call);
          const left = pxOf(call.beganMs, pxPerS);
          const early = call.askedMs === null ? 0 : pxOf(call.askedMs - call.beganMs, pxPerS);
          return (
            <button
              key={call.taskId}
              type="button"
              data-tool={call.taskId}
              aria-pressed={chosen === call.taskId}
              onClick={() => onTool(call.taskId)}
              title={`${plain(call.tool)}: ${state.toLowerCase()} after ${seconds(untilMs - (call.askedMs ?? call.beganMs))}`}
              className={cx(
                "absolute flex items-center gap-1 rounded border px-1.5 text-[11px] font-medium whitespace-nowrap aria-pressed:ring-2 aria-pressed:ring-accent",
                tone in TOOL_TONES ? TOOL_TONES[tone as keyof typeof TOOL_TONES] : "border-line bg-sunken text-muted",
              )}
              style={{
                left,
                top: (layout.tools ?? 0) + (toolRows[at] ?? 0) * (BAND_PX + 2),
                minWidth: Math.max(8, pxOf(untilMs - call.beganMs, pxPerS)),
                height: BAND_PX - 2,
              }}
            >
              {early > 1 && (
                <span
                  aria-hidden
                  title="Begun while the caller still spoke"
                  className="absolute inset-y-0 left-0 border-r border-current opacity-50"
                  style={{ width: early }}
                />
              )}
              {plain(call.tool)}
              <span className="font-normal">{state}</span>
            </button>
          );
        })}
    </>
  );
});
