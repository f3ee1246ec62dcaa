/**
 * Both sides' words as they are said: the caller left, the agent right, beside each other where they overlap. What
 * an interpreter says for somebody stands under their words.
 */
import { ArrowDown, ArrowLeftRight } from "lucide-react";
import { memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "react";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { span } from "@/ui/time";
import { nextWordMs, type Row, rowsOf, saidBy, type Side, type Utterance } from "./conversation";
import { Translations } from "./Translations";

interface Props {
  utterances: readonly Utterance[];
  /** Where the call is; words that are still to sound wait. Without it all are shown. */
  clock?: () => number;
  /** Whether more may come. */
  up: boolean;
  names: Record<Side, string>;
  /** While there are no words. */
  children?: ReactNode;
}

export function Captions({ utterances, clock, up, names, children }: Props) {
  const nowMs = useNow(utterances, clock);
  const rows = useMemo(() => rowsOf(utterances), [utterances]);
  const { box, away, follow } = useEndInView(rows, nowMs);
  return (
    <div className="relative min-h-0 min-w-0 flex-1">
      <div ref={box} className="h-full overflow-y-auto px-6 py-5" tabIndex={0} role="region" aria-label="Captions">
        {rows.length === 0 && children}
        <div role="log" aria-live="polite">
          <ol className="mx-auto flex max-w-3xl flex-col gap-2.5">
            {rows.map((row) => (
              <Line
                key={(row.caller ?? row.agent)?.id}
                row={row}
                names={names}
                nowMs={isSaid(row, nowMs) ? Infinity : nowMs}
                up={up}
              />
            ))}
          </ol>
        </div>
      </div>
      {away && (
        <Button size="small" onClick={follow} className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-md">
          <ArrowDown className="size-3.5" aria-hidden /> Latest words
        </Button>
      )}
    </div>
  );
}

function isSaid(row: Row, nowMs: number): boolean {
  return [row.caller, row.agent].every((each) => !each || each.words.every((word) => word.start_ms <= nowMs));
}

interface LineProps {
  row: Row;
  names: Record<Side, string>;
  nowMs: number;
  up: boolean;
}

const Line = memo(
  function Line({ row, names, nowMs, up }: LineProps) {
    const both = row.caller !== null && row.agent !== null;
    return (
      <li className="relative grid grid-cols-2 gap-6">
        {(["caller", "agent"] as const).map((lane) => {
          const utterance = row[lane];
          if (!utterance) return <span key={lane} />;
          return <Said key={lane} utterance={utterance} name={nameOf(utterance, names)} nowMs={nowMs} goesOn={up && !utterance.final} />;
        })}
        {both && (
          <span
            title="Both talk at the same time"
            className="absolute top-2 left-1/2 grid size-5 -translate-x-1/2 place-items-center rounded-full bg-warn-soft text-warn"
          >
            <ArrowLeftRight className="size-3" aria-hidden />
            <span className="sr-only">Both talk at the same time</span>
          </span>
        )}
      </li>
    );
  },
  (before, after) =>
    before.row.caller === after.row.caller &&
    before.row.agent === after.row.agent &&
    before.nowMs === after.nowMs &&
    before.up === after.up,
);

const SMALL = "small-";
const INTERPRETERS = "interpreter-";

function nameOf({ id, side, by }: Utterance, names: Record<Side, string>): string {
  return by || (id.startsWith(INTERPRETERS) ? "Interpreter" : names[side]);
}

interface SaidProps {
  utterance: Utterance;
  name: string;
  nowMs: number;
  goesOn: boolean;
}

function Said({ utterance, name, nowMs, goesOn }: SaidProps) {
  const text = saidBy(utterance, nowMs);
  const caller = utterance.side === "caller";
  if (!text) return <span />;
  return (
    <div className={cx("flex min-w-0 flex-col gap-0.5", caller ? "items-start" : "items-end")}>
      <div
        className={cx(
          "max-w-full rounded-2xl px-3.5 py-2 text-[14px] leading-snug break-words",
          caller ? "rounded-tl-md bg-caller-soft" : "rounded-tr-md bg-agent-soft",
          utterance.id.startsWith(SMALL) && "py-1 text-[13px] text-muted",
        )}
      >
        <p>
          <span className="sr-only">{name}: </span>
          <span lang={utterance.language || undefined}>{text}</span>
          {utterance.cut && <span title="Cut off here">&nbsp;—</span>}
          {goesOn && (
            <span aria-hidden className={cx("ml-1.5 inline-block size-1.5 animate-pulse rounded-full", caller ? "bg-caller" : "bg-agent")} />
          )}
        </p>
        <Translations utterance={utterance} />
      </div>
      <span className="tabular px-1 text-[11px] text-faint">
        <span className={caller ? "text-caller" : "text-agent"}>{name}</span> {span(utterance.startMs)}
      </span>
    </div>
  );
}

/** Where the call is, read again whenever the next word sounds. */
function useNow(utterances: readonly Utterance[], clock: (() => number) | undefined): number {
  const [turn, tick] = useReducer((count: number) => count + 1, 0);
  const nowMs = clock ? clock() : Infinity;
  useEffect(() => {
    if (!clock) return;
    const at = clock();
    const next = nextWordMs(utterances, at);
    if (next === null) return;
    const timer = setTimeout(tick, Math.max(16, next - at));
    return () => clearTimeout(timer);
  }, [utterances, clock, turn]);
  return nowMs;
}

const NEAR_PX = 48;

/** Keep the last line in view, unless somebody has scrolled up to read. */
function useEndInView(rows: readonly Row[], nowMs: number) {
  const box = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const following = useRef(true);
  useEffect(() => {
    const area = box.current;
    if (!area) return;
    const look = () => {
      following.current = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX;
      setAway(!following.current);
    };
    area.addEventListener("scroll", look, { passive: true });
    return () => area.removeEventListener("scroll", look);
  }, []);
  const follow = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (following.current) follow();
  }, [rows, nowMs]);
  return { box, away, follow };
}
