/** Both calls beside each other: the one that was recorded, and the one it would have been. */
import { ArrowRight, Info, Split } from "lucide-react";
import { Fragment, useMemo } from "react";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { span } from "@/ui/time";
import { flowText } from "../filters";
import { clock } from "../tape/scale";
import { outcomeOf, plain, seconds } from "../tape/wording";
import { type Comparison, replayAudioAddress, type ReplayDetails } from "./replayQueries";
import { type Beside, besides, differenceKind, differenceText, verdict, whenMs } from "./replayWording";

export function ReplayResult({ replay, comparison }: { replay: ReplayDetails; comparison: Comparison }) {
  const { title, about } = verdict(comparison);
  const lines = useMemo(() => besides(comparison), [comparison]);
  const things = comparison.differences.filter(({ what }) => what !== "said" && what !== "understood");
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-start gap-3">
        <span className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent-ink">
          <Split className="size-4" aria-hidden />
        </span>
        <div>
          <h3 className="font-semibold">{title}</h3>
          <p className="text-muted">{about}</p>
        </div>
      </div>
      <div className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2">
        <SideCard name="Recorded" flow={flowText(comparison.recorded.flow)} side={comparison.recorded} latencies />
        <SideCard name="Replayed" flow={flowText(replay.flow)} side={comparison.replayed} latencies={comparison.by === "audio"} />
      </div>
      {comparison.caveats.length > 0 && (
        <ul className="flex flex-col gap-1.5 rounded-lg bg-warn-soft px-4 py-3 text-[13px]">
          {comparison.caveats.map((caveat) => (
            <li key={caveat} className="flex gap-2">
              <Info className="mt-0.5 size-3.5 shrink-0 text-warn" aria-hidden /> {caveat}
            </li>
          ))}
        </ul>
      )}
      {replay.has_recording && (
        <figure className="flex flex-col gap-1">
          <figcaption className="text-xs text-faint">The replayed call: the recorded caller left, the agent right</figcaption>
          <audio controls preload="none" src={replayAudioAddress(replay.id)} className="h-9 w-full" />
        </figure>
      )}
      {things.length > 0 && (
        <section>
          <h3 className="mb-1.5 text-[13px] font-semibold">What else differs</h3>
          <ul className="flex flex-col gap-1 text-[13px]">
            {things.map((difference, at) => (
              <li key={at} className="flex flex-wrap items-center gap-2">
                <span className="tabular w-10 text-xs text-faint">{clock(whenMs(difference))}</span>
                <span className="text-muted">{differenceKind(difference)}</span>
                <span>{differenceText(difference, "recorded") ?? "nothing"}</span>
                <ArrowRight className="size-3.5 text-faint" aria-label="becomes" />
                <span className="font-medium">{differenceText(difference, "replayed") ?? "nothing"}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Lines lines={lines} />
    </div>
  );
}

interface SideProps {
  name: string;
  flow: string;
  side: Comparison["recorded"];
  latencies: boolean;
}

function SideCard({ name, flow, side, latencies }: SideProps) {
  const [outcome, tone] = outcomeOf(side.outcome);
  const facts: [string, string][] = [["Length", span(side.timeline.duration_ms)]];
  if (side.transferred_to) facts.push(["Put through to", plain(side.transferred_to)]);
  if (latencies && side.response_p50_ms !== null) facts.push(["Response, median", seconds(side.response_p50_ms)]);
  facts.push(["Interruptions", String(side.timeline.interruptions.length)]);
  facts.push(["Background agents", side.timeline.tools.map((call) => plain(call.tool)).join(", ") || "none"]);
  return (
    <section aria-label={name} className="bg-surface px-4 py-3">
      <div className="mb-2 flex items-center gap-2">
        <h3 className="text-[13px] font-semibold">{name}</h3>
        <span className="min-w-0 flex-1 truncate text-[13px] text-muted">{flow}</span>
        <Badge tone={tone}>{outcome}</Badge>
      </div>
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-y-0.5 text-[13px]">
        {facts.map(([fact, value]) => (
          <Fragment key={fact}>
            <dt className="text-muted">{fact}</dt>
            <dd className="tabular">{value}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

function Lines({ lines }: { lines: readonly Beside[] }) {
  return (
    <table className="w-full table-fixed border-collapse text-[13px]">
      <thead className="sr-only">
        <tr>
          <th>Recorded</th>
          <th>Replayed</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Fragment key={line.key}>
            {line.parts && (
              <tr>
                <td colSpan={2} className="py-1.5">
                  <p className="flex items-center gap-3 text-xs font-medium text-warn before:h-px before:flex-1 before:bg-warn/40 after:h-px after:flex-1 after:bg-warn/40">
                    Here they part
                  </p>
                </td>
              </tr>
            )}
            <tr className={cx("align-top", !line.same && "bg-warn-soft/60")}>
              <Cell who={line.who} said={line.recorded} />
              <Cell who={line.who} said={line.replayed} />
            </tr>
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ who, said }: { who: Beside["who"]; said: Beside["recorded"] }) {
  return (
    <td className="border-b border-line px-2 py-1.5">
      {said ? (
        <p className="flex gap-2">
          <span className="tabular w-9 shrink-0 text-xs leading-5 text-faint">{clock(said.atMs)}</span>
          <span className={cx("w-11 shrink-0 text-xs leading-5 font-medium", who === "caller" ? "text-caller" : "text-agent")}>
            {who === "caller" ? "Caller" : "Agent"}
          </span>
          <span className="min-w-0 break-words">
            {said.text || <span className="text-faint">nothing understood</span>}
            {said.cut && <span className="text-xs text-faint"> (cut off)</span>}
          </span>
        </p>
      ) : (
        <p className="text-faint">–</p>
      )}
    </td>
  );
}
