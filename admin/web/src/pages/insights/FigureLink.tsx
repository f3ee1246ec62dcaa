/** A number, and the way to the calls behind it. */
import { Link } from "@tanstack/react-router";
import { filtersOf } from "@/pages/calls/filters";
import { cx } from "@/ui/cx";
import { type Figure, type Measure, said } from "./figures";

interface Props {
  figure: Figure;
  measure: Measure;
  className?: string;
}

export function FigureLink({ figure, measure, className }: Props) {
  const text = said(figure.value, measure.unit);
  if (figure.value === null) return <span className={cx("text-faint", className)}>{text}</span>;
  const calls = `${figure.calls.toLocaleString()} ${figure.calls === 1 ? "call" : "calls"}`;
  return (
    <Link
      to="/calls"
      search={filtersOf(figure.filter)}
      data-figure={measure.key}
      data-calls={figure.calls}
      title={`${measure.name}: ${text}. ${behind(measure)}: ${calls}`}
      className={cx("tabular rounded-sm underline-offset-3 hover:text-accent-ink hover:underline", className)}
    >
      {text}
    </Link>
  );
}

function behind(measure: Measure): string {
  if (measure.unit === "ms") return "With a slower response";
  if (measure.key === "tool_failures") return "With a tool that failed";
  return "Behind it";
}
