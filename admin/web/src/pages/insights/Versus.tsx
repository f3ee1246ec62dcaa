/** Two versions of one flow held against each other: a canary and what it may replace, or any two. */
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { flowText } from "@/pages/calls/filters";
import { cx } from "@/ui/cx";
import { Select } from "@/ui/Field";
import { Card } from "@/ui/Page";
import { FigureLink } from "./FigureLink";
import { changeOf, MEASURES } from "./figures";

type Version = Schemas["VersionFigures"];

const ROWS = [
  MEASURES.calls,
  MEASURES.contained,
  MEASURES.transferred,
  MEASURES.failed,
  MEASURES.response_p50_ms,
  MEASURES.response_p95_ms,
  MEASURES.interruptions_per_call,
  MEASURES.tool_failures,
  MEASURES.satisfaction,
] as const;
const FEW_CALLS = 30;

interface Props {
  versions: readonly Version[];
  /** What is held against what at first. */
  canary?: { old: string; new: string } | null;
}

export function Versus({ versions, canary = null }: Props) {
  const flows = [...new Set(versions.map(nameOf))].filter((name) => versions.filter((each) => nameOf(each) === name).length > 1);
  const usual = canary ?? pairOf(versions, flows[0]);
  const [chosen, setChosen] = useState<{ old: string; new: string } | null>(null);
  const pair = chosen ?? usual;
  const [older, newer] = [versions.find((each) => each.flow === pair?.old), versions.find((each) => each.flow === pair?.new)];
  if (!pair || !older || !newer) return null;
  const choose = (side: "old" | "new", flow: string) => setChosen({ ...pair, [side]: flow });
  const few = Math.min(older.figures.calls.calls, newer.figures.calls.calls) < FEW_CALLS;
  return (
    <Card title={canary && !chosen ? "Canary against what it may replace" : "Version against version"}>
      <table className="w-full text-[13.5px]">
        <thead>
          <tr className="text-left text-xs text-faint">
            <th className="px-4 py-2 font-medium">Measure</th>
            {(["old", "new"] as const).map((side) => (
              <th key={side} className="w-44 px-2 py-2 text-right font-medium">
                <Select
                  aria-label={side === "old" ? "This version" : "Against this version"}
                  value={pair[side]}
                  onChange={(event) => choose(side, event.target.value)}
                >
                  {versions.map(({ flow }) => (
                    <option key={flow} value={flow}>
                      {flowText(flow)}
                    </option>
                  ))}
                </Select>
              </th>
            ))}
            <th className="w-28 px-4 py-2 text-right font-medium">Change</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map((measure) => {
            const change =
              measure.key === "calls" ? null : changeOf(measure, newer.figures[measure.key].value, older.figures[measure.key].value);
            return (
              <tr key={measure.key} className="border-t border-line" title={measure.about}>
                <td className="px-4 py-1.5 text-muted">{measure.name}</td>
                <td className="px-2 text-right">
                  <FigureLink figure={older.figures[measure.key]} measure={measure} />
                </td>
                <td className="px-2 text-right">
                  <FigureLink figure={newer.figures[measure.key]} measure={measure} />
                </td>
                <td
                  className={cx("tabular px-4 text-right text-xs", change ? { good: "text-good", bad: "text-bad", plain: "text-faint" }[change.feel] : "text-faint")}
                >
                  {change?.text ?? "–"}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {few && (
        <p className="border-t border-line px-4 py-2.5 text-xs text-muted">
          One of them has fewer than {FEW_CALLS} calls: a difference may well be chance.
        </p>
      )}
    </Card>
  );
}

function nameOf({ flow }: Version): string {
  return flow.split("@")[0] ?? flow;
}

/** The two newest versions of a flow. */
function pairOf(versions: readonly Version[], name: string | undefined): { old: string; new: string } | null {
  const [newest, before] = versions.filter((each) => nameOf(each) === name);
  return newest && before ? { old: before.flow, new: newest.flow } : null;
}
