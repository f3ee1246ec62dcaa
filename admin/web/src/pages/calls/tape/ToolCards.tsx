/** Every tool call of a call with what it was asked and what it answered, as the tape has it. */
import { ChevronRight } from "lucide-react";
import { useEffect, useRef } from "react";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { clock } from "./scale";
import type { ToolCall } from "./tools";
import { plain, seconds, stateOf } from "./wording";

interface Props {
  tools: readonly ToolCall[];
  chosen: string | null;
  onChoose: (taskId: string | null) => void;
}

export function ToolCards({ tools, chosen, onChoose }: Props) {
  return (
    <ul className="flex flex-col divide-y divide-line">
      {tools.map((call) => (
        <ToolCard key={call.taskId} call={call} open={chosen === call.taskId} onOpen={(open) => onChoose(open ? call.taskId : null)} />
      ))}
    </ul>
  );
}

function ToolCard({ call, open, onOpen }: { call: ToolCall; open: boolean; onOpen: (open: boolean) => void }) {
  const place = useRef<HTMLLIElement>(null);
  const [state, tone] = stateOf(call);
  useEffect(() => {
    if (open) place.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    <li ref={place}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
        className="flex w-full items-center gap-2 px-4 py-2.5 text-left hover:bg-sunken"
      >
        <ChevronRight className={cx("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")} aria-hidden />
        <span className="min-w-0 flex-1 truncate font-medium">{plain(call.tool)}</span>
        <span className="tabular text-xs text-faint">{clock(call.beganMs)}</span>
        <Badge tone={tone}>{state}</Badge>
      </button>
      {open && (
        <div className="flex flex-col gap-3 px-4 pb-4 pl-9 text-[13px]">
          {call.goal && <p className="text-muted">{call.goal}</p>}
          <Values title="Asked" values={call.arguments} none="Nothing in particular." />
          {call.result && <Values title="Answered" values={call.result} none="Nothing." />}
          {call.error && (
            <p className="text-bad">
              {plain(call.error)}
              {call.message && `: ${call.message}`}
            </p>
          )}
          <p className="text-xs text-faint">{history(call)}</p>
        </div>
      )}
    </li>
  );
}

function history(call: ToolCall): string {
  const told: string[] = [];
  if (call.step) told.push(`Asked by the step “${plain(call.step)}”.`);
  if (call.askedMs === null) told.push("Begun while the caller still spoke, and then not needed.");
  else if (call.askedMs > call.beganMs)
    told.push(`Begun ${seconds(call.askedMs - call.beganMs)} early, while the caller still spoke.`);
  if (call.settledMs !== null && call.askedMs !== null)
    told.push(call.settledMs <= call.askedMs ? "The answer was there at once." : `Took ${seconds(call.settledMs - call.askedMs)}.`);
  if (call.attempt > 1) told.push(`Tried ${call.attempt} times.`);
  return told.join(" ");
}

function Values({ title, values, none }: { title: string; values: Record<string, unknown>; none: string }) {
  const entries = Object.entries(values);
  return (
    <section>
      <h4 className="mb-1 text-xs font-medium text-faint">{title}</h4>
      {entries.length === 0 ? (
        <p className="text-muted">{none}</p>
      ) : (
        <dl className="grid grid-cols-[minmax(5rem,auto)_minmax(0,1fr)] gap-x-3 gap-y-1">
          {entries.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="truncate text-muted" title={name}>
                {plain(name)}
              </dt>
              <dd className="break-words">{shown(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function shown(value: unknown) {
  if (value === null || value === undefined || value === "") return <span className="text-faint">none</span>;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object")
    return <pre className="max-h-48 overflow-auto rounded bg-sunken p-2 font-mono text-[11.5px]">{JSON.stringify(value, null, 2)}</pre>;
  return String(value);
}
