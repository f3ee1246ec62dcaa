/** What is known of a call, in short. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { MICRO_TURN_MS, moment, span } from "@/ui/time";
import type { CallDetails } from "./callQueries";
import { flowText } from "./filters";
import type { Timeline } from "./tape/timeline";
import { plain, seconds } from "./tape/wording";

export function CallFacts({ call, timeline }: { call: CallDetails; timeline: Timeline | null }) {
  const flowName = call.flow.split("@")[0] ?? "";
  const facts: [string, ReactNode][] = [
    ["From", <Number key="from" number={call.from_number} />],
    ["To", <Number key="to" number={call.to_number} />],
    [
      "Flow",
      <Link key="flow" to="/flows/$name" params={{ name: flowName }} className="text-accent-ink hover:underline">
        {flowText(call.flow)}
      </Link>,
    ],
    ["Began", moment(call.began_at)],
    ["Length", span(timeline?.durationMs ?? call.micro_turns * MICRO_TURN_MS)],
    ["Carrier", call.carrier],
  ];
  if (timeline) facts.push(...told(timeline));
  return (
    <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 px-4 py-3 text-[13px]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function told(timeline: Timeline): [string, ReactNode][] {
  const facts: [string, ReactNode][] = [];
  const { languages, responses, interruptions, transferredTo, charts, lostSoundMs } = timeline;
  if (languages.length) facts.push(["Language", languages.join(", then ")]);
  if (transferredTo) facts.push(["Put through to", plain(transferredTo)]);
  if (responses.length) {
    const sorted = responses.map((each) => each.latencyMs).sort((one, other) => one - other);
    const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    facts.push([
      "Responses",
      <span key="responses" className="tabular">
        {seconds(middle)} in the middle, {seconds(sorted.at(-1) ?? 0)} at most
      </span>,
    ]);
  }
  const yielded = interruptions.filter((each) => each.yielded).length;
  facts.push([
    "Interrupted",
    interruptions.length === 0
      ? "never"
      : `${interruptions.length === 1 ? "once" : `${interruptions.length} times`}, the agent stopped ${yielded === interruptions.length ? "each time" : `${yielded}×`}`,
  ]);
  if (lostSoundMs > 0) facts.push(["Lost sound", `${seconds(lostSoundMs)} did not reach us in time`]);
  if (charts.length)
    facts.push([
      "Charts",
      <span key="charts" className="flex flex-col gap-1">
        {charts.map((chart) => (
          <a key={chart.id} href={`/charts/${chart.id}.svg`} target="_blank" rel="noreferrer" className="text-accent-ink hover:underline">
            {plain(chart.tool)}
          </a>
        ))}
      </span>,
    ]);
  return facts;
}

/** A number, and the way to all its calls. */
function Number({ number }: { number: string }) {
  if (!number) return <span className="text-faint">unknown</span>;
  return (
    <Link to="/calls" search={{ number }} title="All calls of this number" className="tabular hover:underline">
      {number}
    </Link>
  );
}
