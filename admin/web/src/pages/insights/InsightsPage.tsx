/** What calls were like: by day, by version of their flow, and every number with the calls behind it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ChartNoAxesCombined } from "lucide-react";
import { useMemo, useState } from "react";
import { api, taken } from "@/api/client";
import { Select } from "@/ui/Field";
import { Card, Empty, PageBody, PageHead, Skeleton, Trouble } from "@/ui/Page";
import { CanaryCards } from "./CanaryCards";
import { countOf, lineOf } from "./charting";
import { DayChart } from "./DayChart";
import { type FigureName, MEASURES } from "./figures";
import { Headlines } from "./Headlines";
import { type Insights, insightsQuery } from "./insightsQueries";
import { before, daysOf, type InsightsSearch, spanOf } from "./range";
import { RangePicker } from "./RangePicker";
import { TransfersCard } from "./TransfersCard";
import { Versus } from "./Versus";
import { VersionsTable } from "./VersionsTable";

const ENDED = [countOf("contained", "good"), countOf("transferred", "accent"), countOf("abandoned", "warn"), countOf("failed", "bad")];
const RESPONSES = [lineOf("response_p50_ms", "good", "Median"), lineOf("response_p95_ms", "warn", "p95")];
const MORE: readonly FigureName[] = [
  "contained",
  "transferred",
  "interruptions_per_call",
  "yielded",
  "tool_failures",
  "satisfaction",
  "duration_s",
  "cost_usd",
  "model_tokens",
];

export function InsightsPage() {
  const search = useSearch({ from: "/inside/insights" });
  const navigate = useNavigate();
  const span = useMemo(() => spanOf(search, new Date()), [search]);
  const found = useQuery({ ...insightsQuery(span, search.flow), placeholderData: keepPreviousData });
  const earlier = useQuery(insightsQuery(before(span), search.flow));
  const go = (to: InsightsSearch) => void navigate({ to: "/insights", search: to, replace: true });
  return (
    <>
      <PageHead title="Insights" about="What calls were like; every number leads to its calls">
        <FlowPicker search={search} onChange={go} />
        <RangePicker search={search} onChange={go} />
      </PageHead>
      <PageBody className={found.isPlaceholderData ? "opacity-60" : ""}>
        {found.error ? (
          <Trouble error={found.error} retry={() => void found.refetch()} />
        ) : !found.data ? (
          <Loading />
        ) : found.data.totals.calls.calls === 0 ? (
          <NoCalls search={search} onChange={go} />
        ) : (
          <Shown insights={found.data} earlier={earlier.data} days={daysOf(span)} flow={search.flow} />
        )}
      </PageBody>
    </>
  );
}

function Shown({ insights, earlier, days, flow }: { insights: Insights; earlier: Insights | undefined; days: number; flow: string | undefined }) {
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-5">
      <Headlines now={insights.totals} then={earlier?.totals} days={days} />
      <div className="grid gap-5 lg:grid-cols-2 [&>*]:min-w-0">
        <DayChart title="Calls, and what became of them" days={insights.by_day} lines={ENDED} stacked />
        <DayChart title="Response at the caller's ear" about={MEASURES.response_p50_ms.about} days={insights.by_day} lines={RESPONSES} />
        <OneMeasure insights={insights} />
        <TransfersCard transfers={insights.transfers} />
      </div>
      <CanaryCards flow={flow} />
      <Card title="By flow version">
        <VersionsTable versions={insights.by_version} />
      </Card>
      <Versus versions={insights.by_version} />
    </div>
  );
}

/** One measure over the days, which one chooses. */
function OneMeasure({ insights }: { insights: Insights }) {
  const [chosen, setChosen] = useState<FigureName>("contained");
  const lines = useMemo(() => [lineOf(chosen, "accent")], [chosen]);
  return (
    <DayChart title={MEASURES[chosen].name} about={MEASURES[chosen].about} days={insights.by_day} lines={lines}>
      <Select
        aria-label="What is drawn"
        className="h-7 w-40 text-[13px]"
        value={chosen}
        onChange={(event) => setChosen(event.target.value as FigureName)}
      >
        {MORE.map((key) => (
          <option key={key} value={key}>
            {MEASURES[key].name}
          </option>
        ))}
      </Select>
    </DayChart>
  );
}

function FlowPicker({ search, onChange }: { search: InsightsSearch; onChange: (search: InsightsSearch) => void }) {
  const flows = useQuery({
    queryKey: ["flows", "filter"],
    queryFn: () => taken(api.GET("/flows", { params: { query: { limit: 200 } } })),
  });
  const names = [...new Set([...(flows.data?.rows.map((flow) => flow.name) ?? []), ...(search.flow ? [search.flow] : [])])];
  const { flow: _flow, ...rest } = search;
  return (
    <Select
      aria-label="Flow"
      className="w-44"
      value={search.flow ?? ""}
      onChange={(event) => onChange(event.target.value ? { ...rest, flow: event.target.value } : rest)}
    >
      <option value="">All flows</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </Select>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto flex max-w-[90rem] flex-col gap-5">
      <Skeleton className="h-64" />
      <div className="grid gap-5 lg:grid-cols-2">
        <Skeleton className="h-72" />
        <Skeleton className="h-72" />
      </div>
    </div>
  );
}

function NoCalls({ search, onChange }: { search: InsightsSearch; onChange: (search: InsightsSearch) => void }) {
  const link = "inline-flex h-8 items-center rounded-md bg-accent px-3 text-[13.5px] font-medium text-on-accent hover:bg-accent-hover";
  const narrow = Boolean(search.flow) || search.days !== 90;
  return (
    <Empty
      icon={ChartNoAxesCombined}
      title="No calls in this time"
      action={
        narrow ? (
          <button type="button" className={link} onClick={() => onChange({ days: 90 })}>
            Look at 90 days, all flows
          </button>
        ) : (
          <Link to="/phone" className={link}>
            Call from this browser
          </Link>
        )
      }
    >
      Once calls have ended, you see here how many the agent dealt with, how quickly it answered, what failed, and how callers liked it.
    </Empty>
  );
}
