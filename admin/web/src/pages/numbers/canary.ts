/** Trying a version out on a share of calls, in words and in figures. */
import type { Schemas } from "@/api/client";

export type Canary = NonNullable<Schemas["Number"]["canary"]>;
export type Metric = Schemas["Guardrail"]["metric"] & string;

interface About {
  name: string;
  /** Whether it is typed and shown as a percentage. */
  percent: boolean;
  /** "falls below", "rises above" */
  fails: string;
  unit: string;
  usual: string;
}

export const METRICS: Record<string, About> = {
  containment: { name: "Containment", percent: true, fails: "falls below", unit: "%", usual: "70" },
  tool_failures: { name: "Failing tool calls", percent: true, fails: "rise above", unit: "%", usual: "5" },
  response_p95_ms: { name: "Slow answers (95 of 100)", percent: false, fails: "rise above", unit: "ms", usual: "1500" },
  satisfaction: { name: "Satisfaction", percent: false, fails: "falls below", unit: "of 5", usual: "4" },
};

export function aboutMetric(metric: string): About {
  return METRICS[metric] ?? { name: metric, percent: false, fails: "passes", unit: "", usual: "" };
}

/** 0.925, "containment" → "93 %" */
export function figure(metric: string, value: number | null): string {
  if (value === null) return "–";
  const { percent, unit } = aboutMetric(metric);
  return percent ? `${Math.round(value * 100)} %` : `${Math.round(value * 10) / 10} ${unit}`;
}

/** What the API takes, of what was typed. */
export function threshold(metric: string, typed: string): number {
  return aboutMetric(metric).percent ? Number(typed) / 100 : Number(typed);
}

export function sentence(canary: Canary): string {
  const { guardrail: rail } = canary;
  const { name, fails } = aboutMetric(rail.metric ?? "containment");
  const metric = rail.metric ?? "containment";
  const so = `${name} ${figure(metric, canary.value)} over ${canary.calls} calls`;
  return canary.state === "withdrawn"
    ? `Version ${canary.version} was withdrawn: ${so}, and it ${fails} ${figure(metric, rail.threshold)}.`
    : `${Math.round(canary.share * 100)} % of calls run version ${canary.version}; withdrawn when ${name.toLowerCase()} ${fails} ${figure(metric, rail.threshold)}. So far: ${so}.`;
}
