/** How each version of a flow does, beside the others; two of them can be held against each other. */
import { Link } from "@tanstack/react-router";
import type { Schemas } from "@/api/client";
import { flowText } from "@/pages/calls/filters";
import { Table, Td, Th } from "@/ui/Table";
import { FigureLink } from "./FigureLink";
import { MEASURES } from "./figures";

const COLUMNS = [
  MEASURES.calls,
  MEASURES.contained,
  MEASURES.transferred,
  MEASURES.abandoned,
  MEASURES.response_p50_ms,
  MEASURES.response_p95_ms,
  MEASURES.interruptions_per_call,
  MEASURES.tool_failures,
  MEASURES.satisfaction,
  MEASURES.duration_s,
  MEASURES.cost_usd,
] as const;

export function VersionsTable({ versions }: { versions: readonly Schemas["VersionFigures"][] }) {
  return (
    <div className="[&>div]:rounded-none [&>div]:border-0">
      <Table label="By flow version">
        <thead>
          <tr>
            <Th>Flow</Th>
            {COLUMNS.map((measure) => (
              <Th key={measure.key} className="px-3 text-right" title={measure.about}>
                {measure.name}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {versions.map(({ flow, figures }) => (
            <tr key={flow} data-version={flow}>
              <Td>
                <Link
                  to="/flows/$name"
                  params={{ name: flow.split("@")[0] ?? flow }}
                  className="font-medium whitespace-nowrap hover:text-accent-ink hover:underline"
                >
                  {flowText(flow)}
                </Link>
              </Td>
              {COLUMNS.map((measure) => (
                <Td key={measure.key} className="px-3 text-right whitespace-nowrap">
                  <FigureLink figure={figures[measure.key]} measure={measure} />
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
