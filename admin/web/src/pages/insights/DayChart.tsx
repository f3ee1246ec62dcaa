/** A chart over days, and the same as a table for those who rather read or have no pointer. */
import { useNavigate } from "@tanstack/react-router";
import { ChartSpline, Table2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useShownTheme } from "@/app/theme";
import { filtersOf } from "@/pages/calls/filters";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Page";
import { Table, Td, Th } from "@/ui/Table";
import { dayOf } from "@/ui/time";
import { type Line, optionsOf, stackedOf } from "./charting";
import { FigureLink } from "./FigureLink";
import type { Schemas } from "@/api/client";

const HEIGHT_PX = 210;

interface Props {
  title: string;
  about?: string;
  days: readonly Schemas["DayFigures"][];
  lines: readonly Line[];
  /** Bars upon each other instead of lines. */
  stacked?: boolean;
  children?: ReactNode;
}

export function DayChart({ title, about, days, lines, stacked = false, children }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <Card>
      <header className="flex items-center gap-2 border-b border-line py-1.5 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-[13.5px] font-semibold" title={about}>
            {title}
          </h2>
        </div>
        {children}
        <Button variant="quiet" size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? <ChartSpline className="size-4" aria-hidden /> : <Table2 className="size-4" aria-hidden />}
          {asTable ? "Chart" : "Table"}
        </Button>
      </header>
      {asTable ? <DayTable title={title} days={days} lines={lines} /> : <Drawn {...{ days, lines, stacked, title }} />}
    </Card>
  );
}

function Drawn({ days, lines, stacked, title }: Pick<Props, "days" | "lines" | "title"> & { stacked: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const theme = useShownTheme();
  const navigate = useNavigate();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const values = lines.map((line) => days.map((day) => line.value(day.figures)));
    const data: uPlot.AlignedData = [days.map((_, at) => at), ...(stacked ? stackedOf(values) : values)];
    const chart = new uPlot(
      {
        ...optionsOf(lines, days, stacked, element.clientWidth, HEIGHT_PX),
        hooks: { setCursor: [(drawn) => setHover(drawn.cursor.idx ?? null)] },
      },
      data,
      element,
    );
    const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.destroy();
    };
  }, [days, lines, stacked, theme]);
  const day = hover === null ? undefined : days[hover];
  return (
    <div className="px-3 pt-3 pb-2">
      <div
        ref={place}
        role="img"
        aria-label={`${title}, by day. Its figures are in the table.`}
        className="cursor-pointer"
        onClick={() => {
          if (day) void navigate({ to: "/calls", search: filtersOf(day.figures.calls.filter) });
        }}
      />
      <div className="flex min-h-5 flex-wrap items-center gap-x-4 px-1 text-xs">
        <span className="tabular w-24 text-faint">{day ? dayText(day.day) : "Each day"}</span>
        {lines.map((line) => (
          <span key={line.name} className="flex items-center gap-1.5 text-muted">
            <span className="size-2.5 rounded-sm" style={{ background: `var(--${line.colour})` }} /> {line.name}
            {day && <strong className="tabular font-medium text-ink">{line.said(day.figures)}</strong>}
          </span>
        ))}
      </div>
    </div>
  );
}

function DayTable({ title, days, lines }: Pick<Props, "title" | "days" | "lines">) {
  const shown = [...days].reverse().filter((day) => day.figures.calls.calls > 0);
  return (
    <div className="max-h-72 overflow-y-auto [&>div]:rounded-none [&>div]:border-0">
      <Table label={`${title}, by day`}>
        <thead>
          <tr>
            <Th>Day</Th>
            {lines.map((line) => (
              <Th key={line.name} className="text-right">
                {line.name}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((day) => (
            <tr key={day.day}>
              <Td className="h-9">{dayText(day.day)}</Td>
              {lines.map((line) => (
                <Td key={line.name} className="h-9 text-right">
                  <FigureLink figure={line.figure(day.figures)} measure={line.measure} />
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function dayText(day: string): string {
  return dayOf(`${day}T12:00:00`);
}
