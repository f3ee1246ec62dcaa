/** Figures as people read them: their names, units, and what has changed. Pure. */
import type { Schemas } from "@/api/client";

export type Figure = Schemas["Figure"];
export type Figures = Schemas["Figures"];
export type FigureName = keyof Figures;
type Unit = "count" | "share" | "ms" | "per_call" | "of5" | "seconds" | "usd";

export interface Measure {
  key: FigureName;
  name: string;
  /** What it is, in a sentence. */
  about: string;
  unit: Unit;
  /** Which way is better; null: neither. */
  better: "up" | "down" | null;
}

const measure = (key: FigureName, name: string, unit: Unit, better: Measure["better"], about: string): Measure => ({
  key,
  name,
  about,
  unit,
  better,
});

export const MEASURES = {
  calls: measure("calls", "Calls", "count", null, "Calls that are over."),
  contained: measure("contained", "Contained", "share", "up", "Share of calls that the agent dealt with by itself."),
  transferred: measure("transferred", "Transferred", "share", null, "Share of calls put through to a person."),
  abandoned: measure("abandoned", "Abandoned", "share", "down", "Share of calls hung up before anything was answered, or while waiting."),
  failed: measure("failed", "Failed", "share", "down", "Share of calls that broke, or ran out of time."),
  response_p50_ms: measure("response_p50_ms", "Response, median", "ms", "down", "From the caller's last sound to the agent's first, at the caller's ear."),
  response_p95_ms: measure("response_p95_ms", "Response, p95", "ms", "down", "19 of 20 responses are quicker than this."),
  interruptions_per_call: measure("interruptions_per_call", "Interruptions", "per_call", "down", "How often the caller spoke over the agent, a call."),
  yielded: measure("yielded", "Agent stopped", "share", "up", "Share of interruptions at which the agent stopped."),
  tool_failures: measure("tool_failures", "Tool failures", "share", "down", "Share of tool calls that failed."),
  satisfaction: measure("satisfaction", "Satisfaction", "of5", "up", "What callers answered when the flow asked, 1 to 5."),
  duration_s: measure("duration_s", "Length", "seconds", null, "Mean length of a call."),
  cost_usd: measure("cost_usd", "Cost", "usd", null, "Of the line and of language models, where both are known."),
  model_tokens: measure("model_tokens", "Tokens", "count", null, "Of language-model agents, prompts and answers together."),
} as const satisfies Record<FigureName, Measure>;

export const HEADLINES: readonly Measure[] = [
  MEASURES.calls,
  MEASURES.contained,
  MEASURES.transferred,
  MEASURES.response_p50_ms,
  MEASURES.response_p95_ms,
  MEASURES.interruptions_per_call,
  MEASURES.tool_failures,
  MEASURES.satisfaction,
  MEASURES.cost_usd,
  MEASURES.model_tokens,
];

/** A value in its unit: "82 %", "0.74 s"; nothing to measure it by is a dash. */
export function said(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  switch (unit) {
    case "count":
      return Math.round(value).toLocaleString("en-US");
    case "share":
      return `${percent(value)} %`;
    case "ms":
      return `${(value / 1_000).toFixed(2)} s`;
    case "per_call":
      return value.toFixed(2);
    case "of5":
      return value.toFixed(1);
    case "seconds":
      return value < 60 ? `${value.toFixed(0)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
    case "usd":
      return `$${value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(2)}`;
  }
}

/** 82, 4.3, 0.4, 100: as exact as it is of use. */
function percent(share: number): string {
  const value = share * 100;
  return value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);
}

export interface Change {
  /** "+3 points", "−0.12 s", "+12 %". */
  text: string;
  feel: "good" | "bad" | "plain";
}

/** What has changed against the span before; null: there is nothing to hold it against. */
export function changeOf(measure: Measure, now: number | null, then: number | null): Change | null {
  if (now === null || then === null) return null;
  const difference = now - then;
  const text = differenceText(measure.unit, now, then);
  if (text === null) return null;
  const better = measure.better === null || text === SAME ? null : measure.better === "up" ? difference > 0 : difference < 0;
  return { text, feel: better === null ? "plain" : better ? "good" : "bad" };
}

const SAME = "no change";

function differenceText(unit: Unit, now: number, then: number): string | null {
  const difference = now - then;
  const signed = (text: string) => (Number.parseFloat(text) === 0 ? SAME : `${difference > 0 ? "+" : "−"}${text}`);
  const size = Math.abs(difference);
  switch (unit) {
    case "count":
    case "usd":
      return then === 0 ? null : signed(`${Math.round((size / then) * 100)} %`);
    case "share":
      return signed(`${(size * 100).toFixed(1)} points`);
    case "ms":
      return signed(`${(size / 1_000).toFixed(2)} s`);
    case "per_call":
      return signed(size.toFixed(2));
    case "of5":
      return signed(size.toFixed(1));
    case "seconds":
      return signed(`${Math.round(size)} s`);
  }
}
