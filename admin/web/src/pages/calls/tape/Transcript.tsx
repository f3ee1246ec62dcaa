/** What was said, to be read; every word plays from there, and what sounds is marked. */
import { Hand, Hash, Languages, Timer, UserRound, Wrench } from "lucide-react";
import { Fragment, type MouseEvent, memo, useCallback, useMemo, useRef } from "react";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { type Entry, entriesOf } from "./entries";
import { useWordsNow } from "./now";
import type { Player } from "./player";
import type { InterpretedRow } from "./rows";
import { clock } from "./scale";
import type { Mark, Timeline } from "./timeline";
import { markText, paceOf, plain, seconds, stateOf } from "./wording";

interface Props {
  timeline: Timeline;
  player: Player | null;
  /** Play from here, and show it on the tape. */
  onPlay: (ms: number) => void;
  onTool: (taskId: string) => void;
}

export function Transcript({ timeline, player, onPlay, onTool }: Props) {
  const place = useRef<HTMLOListElement>(null);
  const entries = useMemo(() => entriesOf(timeline), [timeline]);
  const follow = useCallback(
    (line: number) => {
      const list = place.current;
      if (!player?.playing || !list || list.matches(":hover")) return;
      list.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: "nearest" });
    },
    [player],
  );
  useWordsNow(place, timeline, player, follow);
  const onClick = (event: MouseEvent) => {
    const word = (event.target as HTMLElement).closest<HTMLElement>("[data-word]");
    const found = word && timeline.words[Number(word.dataset["word"])];
    if (found) onPlay(found.startMs);
  };
  return (
    <ol ref={place} onClick={onClick} aria-label="Transcript" className="flex flex-col px-3 py-2">
      {entries.map((entry) => (
        <li
          key={keyOf(entry)}
          data-line={entry.kind === "line" ? entry.line.id : undefined}
          className="grid grid-cols-[3.25rem_minmax(0,1fr)] gap-2 rounded-md py-1.5 [contain-intrinsic-size:auto_2.25rem] [content-visibility:auto]"
        >
          <button
            type="button"
            onClick={() => onPlay(entry.atMs)}
            aria-label={`Play from ${clock(entry.atMs)}`}
            className="tabular h-6 rounded px-1 text-left text-xs text-faint hover:bg-sunken hover:text-ink"
          >
            {clock(entry.atMs)}
          </button>
          <Body entry={entry} onTool={onTool} />
        </li>
      ))}
    </ol>
  );
}

function keyOf(entry: Entry): string {
  switch (entry.kind) {
    case "line":
      return `line-${entry.line.id}`;
    case "tool":
      return `tool-${entry.atMs}-${entry.tool.taskId}`;
    case "interpreted":
      return `interpreted-${entry.row.speaker}-${entry.atMs}-${entry.row.said_ms}`;
    default:
      return `${entry.kind}-${entry.atMs}`;
  }
}

const Body = memo(function Body({ entry, onTool }: { entry: Entry; onTool: (taskId: string) => void }) {
  switch (entry.kind) {
    case "line":
      return <Said {...entry} />;
    case "tool": {
      const [state, tone] = stateOf(entry.tool);
      return (
        <p className="flex flex-wrap items-center gap-2 text-[13px] text-muted">
          <Wrench className="size-3.5" aria-hidden />
          <button type="button" onClick={() => onTool(entry.tool.taskId)} className="font-medium text-ink underline-offset-2 hover:underline">
            {plain(entry.tool.tool)}
          </button>
          <Badge tone={tone}>{state}</Badge>
          {entry.tool.settledMs !== null && entry.tool.askedMs !== null && (
            <span className="tabular text-xs text-faint">after {seconds(entry.tool.settledMs - entry.tool.askedMs)}</span>
          )}
        </p>
      );
    }
    case "interpreted":
      return <Interpreted row={entry.row} />;
    case "mark":
      return <MarkLine mark={entry.mark} />;
    case "silence":
      return (
        <p className="flex items-center gap-2 text-[13px] text-faint">
          <Timer className="size-3.5" aria-hidden /> {((entry.span.endMs - entry.span.startMs) / 1_000).toFixed(1)} s silence
        </p>
      );
  }
});

function Said({ line, response }: Extract<Entry, { kind: "line" }>) {
  const unsure = line.confidence !== null && line.confidence < 0.6;
  return (
    <div className="flex items-start gap-2">
      <span className={cx("mt-0.5 w-12 shrink-0 text-xs leading-5 font-medium", line.side === "caller" ? "text-caller" : "text-agent")}>
        {line.side === "caller" ? "Caller" : "Agent"}
      </span>
      <p className={cx("min-w-0 flex-1", line.passing && "italic text-muted")}>
        {line.words.map((word) => (
          <Fragment key={word.id}>
            <span
              data-word={word.id}
              className={cx(
                "cursor-pointer rounded-[3px] py-px hover:bg-sunken data-now:bg-ink data-now:text-surface",
                !word.heard && "text-faint line-through decoration-bad",
              )}
            >
              {word.text}
            </span>{" "}
          </Fragment>
        ))}
        {line.cut && <span className="text-xs text-faint">(cut off; what is struck was not heard)</span>}
        {unsure && <span className="text-xs text-warn"> understood with {Math.round((line.confidence ?? 0) * 100)} %</span>}
      </p>
      {response && (
        <Badge tone={paceOf(response.latencyMs)} className="tabular mt-px">
          {seconds(response.latencyMs)}
        </Badge>
      )}
    </div>
  );
}

function Interpreted({ row: { speaker, source, source_language, text, language, lag_ms, corrects } }: { row: InterpretedRow }) {
  return (
    <p className="flex items-start gap-2 text-[13px] text-muted">
      <Languages className="mt-0.5 size-3.5 shrink-0" aria-hidden />
      <span className="min-w-0 flex-1">
        {speaker === "other" && "The other: "}
        <span lang={source_language}>“{source}”</span>
        {text ? " → " : " was not translated"}
        {corrects && "corrected: "}
        <span lang={language} className="text-ink">
          {text}
        </span>
      </span>
      {text && <span className="tabular text-xs text-faint">{seconds(lag_ms)} behind</span>}
    </p>
  );
}

function MarkLine({ mark }: { mark: Mark }) {
  const Icon = mark.kind === "keys" ? Hash : mark.kind === "control" ? UserRound : Hand;
  return (
    <p className={cx("flex items-center gap-2 text-[13px]", mark.kind === "interruption" ? "text-warn" : "text-muted")}>
      <Icon className="size-3.5" aria-hidden /> {markText(mark)}
    </p>
  );
}
