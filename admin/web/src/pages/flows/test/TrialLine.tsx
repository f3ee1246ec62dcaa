/** One line of a tried call: who said what, or what a tool was asked and answered. */
import { Wrench } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Badge, type Tone } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { words } from "../model/graph";
import { takenFor } from "./takenFor";

type Line = Schemas["Line"];
const ENDS: Record<string, Tone> = { succeeded: "good", failed: "bad", refused: "warn", unknown: "warn", cancelled: "plain" };

export function TrialLine({ line, onSelect }: { line: Line; onSelect: (step: string) => void }) {
  if (line.who === "tool" && line.task) return <ToolLine task={line.task} />;
  if (line.who === "call" || line.who === "tool") return <li className="text-center text-xs text-faint">{line.text}</li>;
  const agent = line.who === "agent";
  return (
    <li className={cx("flex flex-col", agent ? "items-start" : "items-end")}>
      <div
        className={cx(
          "max-w-[88%] rounded-xl px-3 py-1.5 text-[13.5px] break-words",
          agent ? "rounded-bl-sm bg-agent-soft" : "rounded-br-sm bg-caller-soft",
          (line.withdrawn || !line.heard) && "line-through opacity-60",
        )}
      >
        <span className="sr-only">{agent ? "Agent: " : "Caller: "}</span>
        {line.by === "silence" ? <em className="text-muted">{line.text || "says nothing"}</em> : line.text || <em className="text-muted">something unintelligible</em>}
      </div>
      <div className="mt-0.5 flex gap-2 px-1 text-[11px] text-faint">
        {line.by === "keys" && <span>keyed</span>}
        {line.understood === false && <span className="text-warn">not understood</span>}
        {line.taken_for && <span>{takenFor(line.taken_for)}</span>}
        {agent && line.step && (
          <button type="button" className="hover:text-ink hover:underline" onClick={() => onSelect(line.step ?? "")}>
            {words(line.step)}
          </button>
        )}
        {line.news && <span>news</span>}
      </div>
    </li>
  );
}

const SOURCES: Record<string, string> = { ran: "really asked", chosen: "you chose", made_up: "an example", recorded: "as recorded" };

function ToolLine({ task }: { task: NonNullable<Line["task"]> }) {
  const given = Object.entries(task.arguments);
  return (
    <li className="rounded-lg border border-line px-3 py-2 text-[12.5px]">
      <div className="flex flex-wrap items-center gap-2">
        <Wrench className="size-3.5 text-muted" aria-hidden />
        <span className="font-mono font-medium">{task.tool}</span>
        {task.ended ? (
          <Badge tone={ENDS[task.ended] ?? "plain"}>{task.error ? words(task.error) : task.ended}</Badge>
        ) : (
          <Badge>asked</Badge>
        )}
        {task.source && <span className="text-faint">{SOURCES[task.source]}</span>}
      </div>
      {task.goal && <p className="mt-1 text-muted">{task.goal}</p>}
      {given.length > 0 && (
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-2 font-mono text-[11.5px] text-muted">
          {given.map(([name, value]) => (
            <div key={name} className="contents">
              <dt>{name}</dt>
              <dd className="min-w-0 truncate text-ink">{plain(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {task.result && (
        <details className="mt-1">
          <summary className="cursor-pointer text-faint">What it answered</summary>
          <pre className="mt-1 max-h-40 overflow-auto rounded bg-sunken p-2 font-mono text-[11.5px]">{JSON.stringify(task.result, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
