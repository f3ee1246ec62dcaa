/** One call of the list: whose, where it is, who speaks, the last words. */
import { Link } from "@tanstack/react-router";
import { Languages, LoaderCircle, UserRound } from "lucide-react";
import { memo, useSyncExternalStore } from "react";
import { toolName } from "@/conversation/Tasks";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { languageName } from "@/ui/languages";
import { span } from "@/ui/time";
import { Lanes } from "./Lanes";
import { type LiveRow, stateName } from "./liveCalls";
import type { LiveStore } from "./liveStore";
import { useSeconds } from "./seconds";

export function useRow(store: LiveStore, id: string): LiveRow | undefined {
  return useSyncExternalStore(
    (listener) => store.subscribeRow(id, listener),
    () => store.row(id),
  );
}

/** Who calls: a number, or a browser. */
export function callerName(call: { carrier: string; from_number: string }): string {
  return call.carrier === "browser" ? "Browser" : call.from_number || "Unknown number";
}

export const CallCard = memo(function CallCard({ store, id, chosen }: { store: LiveStore; id: string; chosen: boolean }) {
  const row = useRow(store, id);
  if (!row) return null;
  return (
    <li>
      <Link
        to="/live"
        search={{ call: id }}
        aria-current={chosen ? "true" : undefined}
        className={cx(
          "flex flex-col gap-2 rounded-lg border bg-surface px-4 py-3",
          chosen ? "border-accent" : "border-line hover:border-line-strong",
          row.outcome && "opacity-60",
        )}
      >
        <div className="flex items-baseline gap-2">
          <span className="tabular truncate font-medium">{callerName(row)}</span>
          <span className="flex-1 truncate text-[13px] text-muted">{row.flow}</span>
          <Lasted row={row} />
        </div>
        <div className="flex items-center gap-2">
          <Lanes row={row} />
          <State row={row} />
        </div>
        <dl className="flex flex-col gap-0.5 text-[13px]">
          <Words side="Caller" tone="text-caller" words={row.caller_words} />
          <Facing row={row} />
        </dl>
        <div className="flex min-h-5 flex-wrap items-center gap-x-3 gap-y-1 text-xs text-faint">
          <code className="font-mono text-[12px]">{row.step || "…"}</code>
          {row.tasks.map((task) => (
            <span key={task.id} className="inline-flex items-center gap-1 text-accent-ink">
              <LoaderCircle className="size-3 animate-spin" aria-hidden /> {toolName(task.tool)}
            </span>
          ))}
        </div>
      </Link>
    </li>
  );
});

export function Lasted({ row }: { row: LiveRow }) {
  const now = useSeconds();
  const ms = row.outcome ? row.atMs : Math.max(now - row.beganAt, 0);
  return <span className="tabular text-[13px] text-muted">{span(Math.floor(ms / 1_000) * 1_000)}</span>;
}

export function State({ row }: { row: LiveRow }) {
  if (row.outcome) return <Badge>{row.outcome.replaceAll("_", " ")}</Badge>;
  if (row.held_by || row.interpreted)
    return (
      <Badge tone="accent" {...(row.interpreted ? { title: `${languageName(row.interpreted)} is spoken through an interpreter` } : {})}>
        {row.interpreted ? <Languages className="size-3" aria-hidden /> : <UserRound className="size-3" aria-hidden />}
        {row.held_by || "Interpreted"}
      </Badge>
    );
  const tone = row.state === "listening" ? "caller" : row.state === "speaking" ? "agent" : row.state === "both" ? "warn" : "plain";
  return (
    <Badge tone={tone} className="min-w-26 justify-center">
      {stateName(row.state)}
    </Badge>
  );
}

/** The last words of whoever the caller speaks with: a person's own, where there is one. */
function Facing({ row }: { row: LiveRow }) {
  const person = row.held_by ?? (row.interpreted ? "Other" : null);
  return <Words side={person ?? "Agent"} tone="text-agent" words={person ? row.personWords : row.agent_words} />;
}

function Words({ side, tone, words }: { side: string; tone: string; words: string }) {
  return (
    <div className="flex gap-2">
      <dt className={cx("w-12 shrink-0 truncate", tone)}>{side}</dt>
      <dd className="min-w-0 flex-1 truncate text-ink">{words || <span className="text-faint">–</span>}</dd>
    </div>
  );
}
