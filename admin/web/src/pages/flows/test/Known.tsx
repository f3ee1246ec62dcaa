/** What the call knows by now: slots, and who the caller is. */
import { Badge } from "@/ui/Badge";
import { words } from "../model/graph";
import type { Simulation } from "./useTrial";

export function Known({ told }: { told: Simulation }) {
  if (told.slots.length === 0 && !told.identity) return null;
  return (
    <dl className="flex max-h-28 flex-wrap gap-x-4 gap-y-1 overflow-y-auto border-t border-line bg-sunken px-3 py-2 text-[12.5px]">
      {told.slots.map((slot) => (
        <div key={slot.name} className="flex min-w-0 items-center gap-1.5">
          <dt className="text-faint">{words(slot.name)}</dt>
          <dd className="truncate font-mono font-medium" title={slot.heard ? `from “${slot.heard}”` : undefined}>
            {slot.value}
          </dd>
          {!slot.sure && <Badge tone="warn">not sure</Badge>}
        </div>
      ))}
      {told.identity && (
        <div className="flex items-center gap-1.5">
          <dt className="text-faint">caller</dt>
          <dd className="font-mono font-medium">{told.identity}</dd>
        </div>
      )}
    </dl>
  );
}
