/** Whom callers were put through to, and from which step: why. */
import { PhoneForwarded } from "lucide-react";
import type { Schemas } from "@/api/client";
import { plain } from "@/pages/calls/tape/wording";
import { Card } from "@/ui/Page";
import { FigureLink } from "./FigureLink";
import { MEASURES, type Measure } from "./figures";

const COUNT: Measure = { ...MEASURES.transferred, unit: "count" };

export function TransfersCard({ transfers }: { transfers: readonly Schemas["Transfers"][] }) {
  const most = Math.max(1, ...transfers.map(({ figure }) => figure.calls));
  return (
    <Card title="Why callers were put through">
      {transfers.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-6 text-muted">
          <PhoneForwarded className="size-4" aria-hidden /> Nobody was put through to a person in this time.
        </p>
      ) : (
        <ul className="flex max-h-72 flex-col gap-3 overflow-y-auto p-4" tabIndex={0} aria-label="Reasons">
          {transfers.map(({ to, reason, figure }) => (
            <li key={`${to} ${reason}`}>
              <div className="flex items-baseline gap-3">
                <span className="min-w-0 flex-1 truncate">
                  {reason ? <>At “{plain(reason)}”</> : "At a step that is not known"}{" "}
                  <span className="text-muted">{to ? `to ${plain(to)}` : ""}</span>
                </span>
                <FigureLink figure={figure} measure={COUNT} className="font-medium" />
              </div>
              <div className="mt-1 h-1.5 rounded-full bg-sunken">
                <div className="h-full rounded-full bg-accent" style={{ width: `${(figure.calls / most) * 100}%` }} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
