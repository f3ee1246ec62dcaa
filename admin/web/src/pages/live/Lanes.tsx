/** Who spoke in the last twenty seconds: the caller above, the agent below; now is at the right. */
import { cx } from "@/ui/cx";
import { type LiveRow, lanesOf } from "./liveCalls";
import { useSeconds } from "./seconds";

const SHOWN_MS = 20_000;

export function Lanes({ row, className }: { row: LiveRow; className?: string }) {
  const now = useSeconds();
  const nowMs = row.outcome ? row.atMs : Math.max(row.atMs, now - row.beganAt);
  const fromMs = nowMs - SHOWN_MS;
  const spans = row.talks.map((each, k) => ({ ...each, toMs: row.talks[k + 1]?.fromMs ?? nowMs })).filter((each) => each.toMs > fromMs);
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${SHOWN_MS} 14`}
      preserveAspectRatio="none"
      className={cx("h-3.5 min-w-0 flex-1 rounded bg-sunken", className)}
    >
      {spans.map(({ talk, fromMs: began, toMs }) => {
        const lanes = lanesOf(talk);
        const x = Math.max(0, began - fromMs);
        const width = toMs - Math.max(began, fromMs);
        return (
          <g key={began}>
            {lanes.caller && <rect x={x} width={width} y={1} height={5} className="fill-caller" />}
            {lanes.agent && <rect x={x} width={width} y={8} height={5} className="fill-agent" />}
            {lanes.person && <rect x={x} width={width} y={8} height={5} className="fill-accent" />}
          </g>
        );
      })}
    </svg>
  );
}
