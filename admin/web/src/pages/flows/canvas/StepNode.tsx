/** How a step is drawn: what kind it is, what it says, and its ways out, one below the other. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, Globe, LifeBuoy, PhoneIncoming, Plus } from "lucide-react";
import { memo } from "react";
import { cx } from "@/ui/cx";
import { kindNamed, type Tone } from "../model/kinds";
import { runsOf } from "../model/texts";
import { CHANGES, ChangeSign } from "../versions/changes";
import type { NodeView, PortView, StepNode as StepNodeType } from "./view";

const TONES: Record<Tone, string> = {
  speech: "bg-agent-soft text-agent",
  question: "bg-caller-soft text-caller",
  work: "bg-accent-soft text-accent-ink",
  logic: "bg-warn-soft text-warn",
  aside: "bg-sunken text-muted",
  ending: "bg-bad-soft text-bad",
};

const MARKS: Record<NodeView["mark"], string> = {
  "": "",
  here: "ring-2 ring-good border-good",
  added: "ring-2 ring-good border-good",
  removed: "ring-2 ring-bad border-bad border-dashed",
  changed: "ring-2 ring-warn border-warn",
  same: "border-line bg-canvas shadow-none",
};

const ACCENT = "border-accent ring-2 ring-accent";
const BESIDE = "outline-2 outline-offset-4 outline-accent";
/** What is chosen; a change keeps its own colour. */
const CHOSEN: Record<NodeView["mark"], string> = { "": ACCENT, here: ACCENT, added: BESIDE, removed: BESIDE, changed: BESIDE, same: ACCENT };

const handle = "!size-2.5 !rounded-full !border-2 !border-surface !bg-line-strong hover:!bg-accent";

export const StepNode = memo(function StepNode({ data, selected, isConnectable }: NodeProps<StepNodeType>) {
  const kind = kindNamed(data.kind);
  const Icon = kind.icon;
  const faded = data.mark === "same";
  return (
    <div
      className={cx(
        "flow-node relative h-full rounded-lg border border-line-strong bg-surface text-[12.5px] shadow-xs",
        kind.stays && "border-dashed",
        MARKS[data.mark],
        selected && CHOSEN[data.mark],
      )}
    >
      <Changed mark={data.mark} />
      <Handle id="in" type="target" position={Position.Left} isConnectable={isConnectable} className={handle} style={{ top: 20 }} />
      <div className="flex h-10 items-center gap-2 px-2.5">
        <span className={cx("grid size-6 shrink-0 place-items-center rounded-md", faded ? "text-faint" : TONES[kind.tone])}>
          <Icon className="size-3.5" aria-hidden />
        </span>
        <span className={cx("min-w-0 flex-1 truncate font-medium", faded && "font-normal text-muted", data.mark === "removed" && "line-through")}>
          {data.name.replaceAll("_", " ")}
        </span>
        {data.mark === "here" && <span className="size-2 shrink-0 animate-pulse rounded-full bg-good" title="The test is here" />}
        {data.wrong > 0 ? (
          <span
            className="inline-flex h-5 items-center gap-1 rounded-full bg-bad-soft px-1.5 text-[11px] font-semibold text-bad"
            title={data.wrong === 1 ? "One problem" : `${data.wrong} problems`}
          >
            <CircleAlert className="size-3" aria-hidden />
            {data.wrong}
          </span>
        ) : (
          <span className="text-[11px] text-faint">{kind.name}</span>
        )}
      </div>
      {data.summary && (
        <div className="h-11 px-2.5 pt-0.5">
        <p className="line-clamp-2 leading-[18px] text-muted">
          {runsOf(data.summary).map((run, index) =>
            run.blank ? (
              <span key={index} className="rounded bg-accent-soft px-0.5 font-mono text-[11px] text-accent-ink">
                {run.text}
              </span>
            ) : (
              run.text
            ),
          )}
        </p>
        </div>
      )}
      {data.fact && (
        <p className="flex h-6 items-center px-2.5">
          <span className="truncate rounded bg-sunken px-1.5 font-mono text-[11px] leading-[18px] text-muted">{data.fact}</span>
        </p>
      )}
      <Ports data={data} isConnectable={isConnectable} />
    </div>
  );
});

/** On the corner of a step: what became of it between two versions. */
function Changed({ mark }: { mark: NodeView["mark"] }) {
  if (mark !== "added" && mark !== "removed" && mark !== "changed") return null;
  return <ChangeSign change={mark} className="absolute -top-2.5 -right-2.5 size-5 rounded-full ring-2 ring-surface" />;
}

const SOURCE_ICONS: Record<string, typeof Globe> = {
  "@start": PhoneIncoming,
  "@global": Globe,
  "@trouble": LifeBuoy,
};

export const SourceNode = memo(function SourceNode({ id, data, selected, isConnectable }: NodeProps<StepNodeType>) {
  const Icon = SOURCE_ICONS[id] ?? Globe;
  return (
    <div
      className={cx(
        "flow-node relative h-full rounded-lg border border-line-strong bg-sunken text-[12.5px]",
        MARKS[data.mark],
        selected && CHOSEN[data.mark],
      )}
    >
      <Changed mark={data.mark} />
      <div className="flex h-10 items-center gap-2 px-2.5">
        <span className="grid size-6 shrink-0 place-items-center rounded-full bg-accent text-on-accent">
          <Icon className="size-3.5" aria-hidden />
        </span>
        <span className="flex-1 truncate font-medium">{data.name}</span>
      </div>
      <Ports data={data} isConnectable={isConnectable} />
    </div>
  );
});

const DOTS: Record<string, string> = {
  next: "text-ink",
  meaning: "text-caller",
  result: "text-accent-ink",
  failure: "text-bad",
  silence: "text-warn",
  other: "text-muted",
};

function Ports({ data, isConnectable }: { data: NodeView; isConnectable: boolean }) {
  return (
    <>
      {data.ports.length > 0 && (
        <ul className="mt-0">
          {data.ports.map((port) => (
            <PortRow key={port.id} port={port} isConnectable={isConnectable} />
          ))}
        </ul>
      )}
      {data.grows && isConnectable && (
        <Handle
          id="+"
          type="source"
          position={Position.Right}
          isConnectable
          title="Drag to where something new leads"
          className="!flex !size-4 !items-center !justify-center !rounded-full !border !border-line-strong !bg-raised hover:!border-accent"
          style={{ top: "auto", bottom: -6, right: 4 }}
        >
          <Plus className="pointer-events-none size-2.5 text-muted" aria-hidden />
        </Handle>
      )}
    </>
  );
}

function PortRow({ port, isConnectable }: { port: PortView; isConnectable: boolean }) {
  return (
    <li className="relative flex h-6 items-center justify-end gap-1.5 pr-3 pl-2.5 text-[11.5px]">
      <span className={cx("min-w-0 truncate", DOTS[port.kind], port.change && CHANGES[port.change].ink, port.change === "removed" && "line-through")}>{port.label}</span>
      {port.change && <ChangeSign change={port.change} className="size-3.5 rounded-sm" />}
      {port.missing && port.change === undefined ? (
        <span className="shrink-0 font-medium text-bad">→ {port.target ? `${port.target}?` : "nowhere"}</span>
      ) : (
        port.quiet && <span className="max-w-[55%] shrink-0 truncate text-faint">→ {port.target.replaceAll("_", " ")}</span>
      )}
      <Handle id={port.id} type="source" position={Position.Right} isConnectable={isConnectable} className={cx(handle, port.missing && "!bg-bad")} />
    </li>
  );
}
