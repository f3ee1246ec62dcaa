/** Two versions measure by measure, and what has changed; every number leads to its calls. */
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { cx } from "@/ui/cx";
import { FigureLink } from "./FigureLink";
import { changeOf, MEASURES } from "./figures";

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
  older: Schemas["VersionFigures"];
  newer: Schemas["VersionFigures"];
  /** What stands above each. */
  heads: readonly [ReactNode, ReactNode];
}

export function VersusTable({ older, newer, heads }: Props) {
  const few = Math.min(older.figures.calls.calls, newer.figures.calls.calls) < FEW_CALLS;
  return (
    <>
      <table className="w-full text-[13.5px]">
        <thead>
          <tr className="text-left text-xs text-faint">
            <th className="px-4 py-2 font-medium">Measure</th>
            {heads.map((head, index) => (
              <th key={index} className="w-44 px-2 py-2 text-right font-medium">
                {head}
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
    </>
  );
}
