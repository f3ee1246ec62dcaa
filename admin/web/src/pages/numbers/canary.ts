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

/** A trial as it is typed in a form. */
export interface CanaryTyped {
  share: string;
  metric: string;
  threshold: string;
  afterCalls: string;
}

export const USUAL: CanaryTyped = {
  share: "10",
  metric: "containment",
  threshold: aboutMetric("containment").usual,
  afterCalls: "30",
};

export function typedOf({ share, guardrail }: Canary): CanaryTyped {
  const metric = guardrail.metric ?? "containment";
  const shown = aboutMetric(metric).percent ? guardrail.threshold * 100 : guardrail.threshold;
  return {
    share: String(Math.round(share * 100)),
    metric,
    threshold: String(Math.round(shown * 10) / 10),
    afterCalls: String(guardrail.after_calls ?? 30),
  };
}

/** What the API takes, of a form that was filled in. */
export function settingOf(typed: CanaryTyped): Schemas["CanarySetting"] {
  return {
    share: Number(typed.share) / 100,
    guardrail: {
      metric: typed.metric as Metric,
      threshold: threshold(typed.metric, typed.threshold),
      after_calls: Number(typed.afterCalls),
    },
  };
}

/** What will happen to calls, before it is begun. `before`: the version the other calls run. */
export function promise(typed: CanaryTyped, before: number): string {
  const { name, fails, unit } = aboutMetric(typed.metric);
  const limit = `${typed.threshold} ${unit}`;
  return `${typed.share} % of new calls run the new version, the others stay on version ${before}. If ${name.toLowerCase()} ${fails} ${limit} over at least ${typed.afterCalls} calls, it is withdrawn by itself: every new call runs version ${before} again, and the audit log says why.`;
}

export interface Trying {
  number: string;
  canary: Canary;
}

/** The trials of a flow, by number. */
export function trialsOf(numbers: readonly Schemas["Number"][], flow: string): Trying[] {
  return numbers.flatMap(({ number, flow: runs, canary }) => (runs === flow && canary ? [{ number, canary }] : []));
}

/** Which calls run a version, in a few words; empty: none do. `latest`: whether it is the latest. */
export function runBy(version: number, latest: boolean, trials: readonly Trying[]): { text: string; tone: "good" | "accent" | "bad" } | null {
  const tried = trials.filter(({ canary }) => canary.version === version).map(({ canary }) => canary);
  const running = tried.filter(({ state }) => state === "running");
  if (running.length > 0) {
    const shares = running.map(({ share }) => Math.round(share * 100));
    const [least, most] = [Math.min(...shares), Math.max(...shares)];
    return { text: `${least === most ? most : `${least}–${most}`} % of calls run it`, tone: "accent" };
  }
  if (tried.length > 0) return { text: "Withdrawn", tone: "bad" };
  const instead = trials.filter(({ canary }) => canary.instead_of === version).map(({ canary }) => canary);
  if (instead.length > 0) return { text: instead.some(({ state }) => state === "running") ? "The other calls run it" : "Calls run it", tone: "good" };
  return latest ? { text: "Calls run it", tone: "good" } : null;
}

export function sentence(canary: Canary): string {
  const { guardrail: rail } = canary;
  const { name, fails } = aboutMetric(rail.metric ?? "containment");
  const metric = rail.metric ?? "containment";
  const so = canary.value === null ? "no call that says anything about it" : `${name} ${figure(metric, canary.value)} over ${canary.calls} ${canary.calls === 1 ? "call" : "calls"}`;
  return canary.state === "withdrawn"
    ? `Version ${canary.version} was withdrawn: ${so}, and it ${fails} ${figure(metric, rail.threshold)}.`
    : `${Math.round(canary.share * 100)} % of calls run version ${canary.version}; withdrawn when ${name.toLowerCase()} ${fails} ${figure(metric, rail.threshold)}. So far: ${so}.`;
}
