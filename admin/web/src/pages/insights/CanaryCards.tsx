/** Versions that are, or were, tried out on a share of the calls, beside those they may replace, over the same time. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Canary, sentence } from "@/pages/numbers/canary";
import { numbersQuery } from "@/pages/numbers/queries";
import { Badge } from "@/ui/Badge";
import { Card, Skeleton, Trouble } from "@/ui/Page";
import { moment } from "@/ui/time";
import { insightsQuery } from "./insightsQueries";
import { slotEnd } from "./range";
import { VersusTable } from "./VersusTable";

/** `flow`: only its; undefined: all. */
export function CanaryCards({ flow }: { flow: string | undefined }) {
  const numbers = useQuery(numbersQuery);
  const trials = new Map<string, Trial>();
  for (const { flow: name, canary } of numbers.data ?? []) {
    if (!canary || (flow !== undefined && flow.split("@")[0] !== name)) continue;
    const key = `${name}@${canary.version}`;
    const other = trials.get(key);
    // Of several numbers that try out the same version: from when the first of them began.
    if (!other || canary.began_at < other.canary.began_at) trials.set(key, { flow: name, canary });
  }
  return [...trials].map(([key, trial]) => <CanaryCard key={key} {...trial} />);
}

interface Trial {
  flow: string;
  canary: Canary;
}

function CanaryCard({ flow, canary }: Trial) {
  const { began_at, withdrawn_at } = canary;
  const span = useMemo(() => ({ since: began_at, until: slotEnd(withdrawn_at ? new Date(withdrawn_at) : new Date()).toISOString() }), [began_at, withdrawn_at]);
  const found = useQuery(insightsQuery(span, flow));
  const of = (version: number) => found.data?.by_version.find((each) => each.flow === `${flow}@${version}`);
  const [older, newer] = [of(canary.instead_of), of(canary.version)];
  const withdrawn = canary.state === "withdrawn";
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {flow}: version {canary.version} beside version {canary.instead_of}
          <Badge tone={withdrawn ? "bad" : "accent"}>{withdrawn ? "Withdrawn" : `Tried out on ${Math.round(canary.share * 100)} % of calls`}</Badge>
        </span>
      }
    >
      <p className="border-b border-line px-4 py-2.5 text-[13px] text-muted">
        {sentence(canary)} Both since {moment(began_at)}
        {withdrawn_at && ` until ${moment(withdrawn_at)}`}.
      </p>
      {found.error ? (
        <div className="p-4">
          <Trouble error={found.error} retry={() => void found.refetch()} />
        </div>
      ) : !found.data ? (
        <Skeleton className="m-4 h-40" />
      ) : older && newer ? (
        <VersusTable older={older} newer={newer} heads={[`Version ${canary.instead_of}`, `Version ${canary.version}`]} />
      ) : (
        <p className="px-4 py-6 text-center text-muted">
          No call that ran version {newer ? canary.instead_of : canary.version} has ended since. Both stand here side by side once there are some of each.
        </p>
      )}
    </Card>
  );
}
