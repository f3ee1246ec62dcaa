/** How charts are drawn, and what they show. */
import uPlot from "uplot";
import type { Schemas } from "@/api/client";
import { type Figure, type FigureName, type Figures, type Measure, MEASURES, said } from "./figures";

export interface Line {
  name: string;
  /** A token of the styles. */
  colour: string;
  measure: Measure;
  figure: (figures: Figures) => Figure;
  value: (figures: Figures) => number | null;
  said: (figures: Figures) => string;
}

/** A line of a measure's values. */
export function lineOf(key: FigureName, colour: string, name?: string): Line {
  const measure: Measure = MEASURES[key];
  return {
    name: name ?? measure.name,
    colour,
    measure,
    figure: (figures) => figures[key],
    value: (figures) => drawnValue(figures[key].value, measure),
    said: (figures) => said(figures[key].value, measure.unit),
  };
}

/** A line of how many calls stand behind a measure. */
export function countOf(key: FigureName, colour: string): Line {
  const figure = (figures: Figures): Figure => ({ ...figures[key], value: figures[key].calls });
  return {
    name: MEASURES[key].name,
    colour,
    measure: { ...MEASURES[key], unit: "count" },
    figure,
    value: (figures) => figures[key].calls,
    said: (figures) => said(figures[key].calls, "count"),
  };
}

/** Shares are drawn in percent and latencies in seconds. */
function drawnValue(value: number | null, measure: Measure): number | null {
  if (value === null) return null;
  return measure.unit === "share" ? value * 100 : measure.unit === "ms" ? value / 1_000 : value;
}

/** Values upon each other: the first line's are the sum of all, so that it is drawn first and lies behind. */
export function stackedOf(values: readonly (readonly (number | null)[])[]): (number | null)[][] {
  return values.map((_, from) =>
    (values[from] ?? []).map((_, day) => values.slice(from).reduce((sum, line) => sum + (line[day] ?? 0), 0)),
  );
}

const UNITS: Readonly<Record<Measure["unit"], (value: number) => string>> = {
  count: (value) => value.toLocaleString("en-US"),
  share: (value) => `${value} %`,
  ms: (value) => `${value} s`,
  per_call: String,
  of5: String,
  seconds: (value) => `${value} s`,
  usd: (value) => `$${value}`,
};
const FONT = "11px 'Inter Variable', sans-serif";

export function optionsOf(
  lines: readonly Line[],
  days: readonly Schemas["DayFigures"][],
  stacked: boolean,
  width: number,
  height: number,
): uPlot.Options {
  const colour = (token: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
  const unit = lines[0]?.measure.unit ?? "count";
  const axis = { stroke: colour("faint"), font: FONT, ticks: { show: false }, grid: { stroke: colour("line"), width: 1 } };
  const bars = stacked ? uPlot.paths.bars?.({ size: [0.72, 36], radius: 0.12 }) : undefined;
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, points: { show: !stacked, size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] },
      y: { range: (_, min, max) => niceRange(unit, min, max) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 56,
        size: 28,
        incrs: [1, 2, 3, 7, 14, 30],
        values: (_, places) => places.map((place) => shortDay(days[place]?.day)),
      },
      {
        ...axis,
        size: 52,
        ...(unit === "count" && { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5] }),
        values: (_, values) => values.map(UNITS[unit]),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        stroke: colour(line.colour),
        width: stacked ? 0 : 2,
        spanGaps: true,
        points: { show: !stacked && days.length <= 45, size: 5, fill: colour(line.colour), stroke: colour(line.colour) },
        ...(bars && { fill: colour(line.colour), paths: bars }),
      })),
    ],
  };
}

/** From nothing up, but for ratings, which go from 1 to 5. */
export function niceRange(unit: Measure["unit"], _min: number, max: number): [number, number] {
  if (unit === "of5") return [1, 5];
  if (unit === "share") return [0, Math.min(100, Math.max(5, (Number.isFinite(max) ? max : 0) * 1.15))];
  return [0, Number.isFinite(max) && max > 0 ? max * 1.15 : 1];
}

function shortDay(day: string | undefined): string {
  if (!day) return "";
  return new Date(`${day}T12:00:00`).toLocaleDateString(undefined, { day: "numeric", month: "short" });
}
