/** The kinds of step, to drag onto the canvas or to press. */
import { type DragEvent, useEffect, useRef, useState } from "react";
import { cx } from "@/ui/cx";
import { KINDS } from "../model/kinds";
import type { Place } from "../model/layout";
import { DRAGGED_KIND } from "./Canvas";

const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ["The conversation", ["say", "ask", "survey"]],
  ["Work", ["look_up", "agent", "decide"]],
  ["The end", ["interpret", "transfer", "end"]],
  ["At any point", ["aside", "speak", "remind", "stop_reminding", "watch", "how_long"]],
];

export function Palette({ onAdd }: { onAdd: (kind: string) => void }) {
  return (
    <div role="toolbar" aria-label="Add a step" aria-orientation="vertical" className="flex h-full w-11 flex-col overflow-y-auto border-r border-line bg-surface py-2 xl:w-40">
      {GROUPS.map(([title, kinds]) => (
        <div key={title} className="mb-2 px-1.5">
          <p className="hidden px-1.5 pb-1 text-[11px] text-faint xl:block">{title}</p>
          {kinds.map((kind) => (
            <KindButton key={kind} kind={kind} onAdd={onAdd} />
          ))}
        </div>
      ))}
    </div>
  );
}

function KindButton({ kind, onAdd }: { kind: string; onAdd: (kind: string) => void }) {
  const known = KINDS[kind];
  if (!known) return null;
  const { icon: Icon, name, about } = known;
  const drag = (event: DragEvent) => {
    event.dataTransfer.setData(DRAGGED_KIND, kind);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <button
      type="button"
      draggable
      onDragStart={drag}
      onClick={() => onAdd(kind)}
      title={`${name}: ${about}`}
      className="flex h-8 w-full cursor-grab items-center gap-2 rounded-md px-1.5 text-[13px] text-muted hover:bg-sunken hover:text-ink active:cursor-grabbing"
    >
      <Icon className="size-4 shrink-0" aria-hidden />
      <span className="sr-only truncate xl:not-sr-only">{name}</span>
    </button>
  );
}

/** The same kinds in a small menu where the pointer is; typing narrows it. */
export function KindMenu({ at, onChoose, onClose }: { at: Place; onChoose: (kind: string) => void; onClose: () => void }) {
  const [sought, setSought] = useState("");
  const [chosen, setChosen] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const kinds = GROUPS.flatMap(([, each]) => each).filter((kind) => {
    const known = KINDS[kind];
    return known !== undefined && `${known.name} ${known.about}`.toLowerCase().includes(sought.toLowerCase());
  });
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as globalThis.Node)) onClose();
    };
    addEventListener("pointerdown", away, true);
    return () => removeEventListener("pointerdown", away, true);
  }, [onClose]);
  return (
    <div
      ref={box}
      role="dialog"
      aria-label="Add a step"
      className="fixed z-40 w-64 rounded-lg border border-line bg-raised p-1 shadow-xl"
      style={{ left: Math.min(at.x, innerWidth - 270), top: Math.min(at.y, innerHeight - 380) }}
    >
      <input
        autoFocus
        aria-label="Kind of step"
        placeholder="Add a step…"
        value={sought}
        className="mb-1 h-8 w-full rounded-md bg-sunken px-2 text-[13.5px] outline-none"
        onChange={(event) => {
          setSought(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "ArrowDown") setChosen((before) => Math.min(before + 1, kinds.length - 1));
          if (event.key === "ArrowUp") setChosen((before) => Math.max(before - 1, 0));
          if (event.key === "Enter" && kinds[chosen]) onChoose(kinds[chosen]);
          event.stopPropagation();
        }}
      />
      <ul className="max-h-80 overflow-y-auto">
        {kinds.map((kind, index) => {
          const known = KINDS[kind];
          if (!known) return null;
          const Icon = known.icon;
          return (
            <li key={kind}>
              <button
                type="button"
                onClick={() => onChoose(kind)}
                onPointerEnter={() => setChosen(index)}
                className={cx("flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left", index === chosen && "bg-sunken")}
              >
                <Icon className="size-4 shrink-0 text-muted" aria-hidden />
                <span className="min-w-0">
                  <span className="block text-[13px] font-medium">{known.name}</span>
                  <span className="block truncate text-xs text-faint">{known.about}</span>
                </span>
              </button>
            </li>
          );
        })}
        {kinds.length === 0 && <li className="px-2 py-3 text-center text-xs text-muted">No kind of step is called so.</li>}
      </ul>
    </div>
  );
}
