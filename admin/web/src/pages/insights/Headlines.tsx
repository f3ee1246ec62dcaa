/** The figures of the whole span, and what has changed against the one before. */
import { ArrowDownRight, ArrowUpRight, Minus } from "lucide-react";
import { cx } from "@/ui/cx";
import { FigureLink } from "./FigureLink";
import { changeOf, type Figures, HEADLINES, type Measure } from "./figures";

interface Props {
  now: Figures;
  /** Of the span before; undefined while it is being read. */
  then: Figures | undefined;
  days: number;
}

export function Headlines({ now, then, days }: Props) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3">
      {HEADLINES.map((measure) => (
        <div key={measure.key} className="flex flex-col bg-surface px-4 py-3" title={measure.about}>
          <dt className="text-[13px] text-muted">{measure.name}</dt>
          <dd className="mt-0.5 flex flex-wrap items-baseline gap-x-2.5">
            <FigureLink figure={now[measure.key]} measure={measure} className="text-[22px] leading-8 font-semibold tracking-tight" />
            <Change measure={measure} now={now} then={then} days={days} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Change({ measure, now, then, days }: Props & { measure: Measure }) {
  const change = then && changeOf(measure, now[measure.key].value, then[measure.key].value);
  if (!change) return null;
  const Icon = change.text.startsWith("+") ? ArrowUpRight : change.text.startsWith("−") ? ArrowDownRight : Minus;
  return (
    <span
      title={`Against the ${days} days before`}
      className={cx("tabular flex items-center gap-0.5 text-xs", { good: "text-good", bad: "text-bad", plain: "text-faint" }[change.feel])}
    >
      <Icon className="size-3.5" aria-hidden /> {change.text}
      <span className="sr-only">against the {days} days before</span>
    </span>
  );
}
