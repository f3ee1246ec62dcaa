/** Any two versions held against each other. */
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { flowText } from "@/pages/calls/filters";
import { Select } from "@/ui/Field";
import { Card } from "@/ui/Page";
import { VersusTable } from "./VersusTable";

type Version = Schemas["VersionFigures"];

export function Versus({ versions }: { versions: readonly Version[] }) {
  const flows = [...new Set(versions.map(nameOf))].filter((name) => versions.filter((each) => nameOf(each) === name).length > 1);
  const [chosen, setChosen] = useState<{ old: string; new: string } | null>(null);
  const pair = chosen ?? pairOf(versions, flows[0]);
  const [older, newer] = [versions.find((each) => each.flow === pair?.old), versions.find((each) => each.flow === pair?.new)];
  if (!pair || !older || !newer) return null;
  const picker = (side: "old" | "new", label: string) => (
    <Select aria-label={label} value={pair[side]} onChange={(event) => setChosen({ ...pair, [side]: event.target.value })}>
      {versions.map(({ flow }) => (
        <option key={flow} value={flow}>
          {flowText(flow)}
        </option>
      ))}
    </Select>
  );
  return (
    <Card title="Version against version">
      <VersusTable older={older} newer={newer} heads={[picker("old", "This version"), picker("new", "Against this version")]} />
    </Card>
  );
}

function nameOf({ flow }: Version): string {
  return flow.split("@")[0] ?? flow;
}

/** The two newest versions of a flow. */
function pairOf(versions: readonly Version[], name: string | undefined): { old: string; new: string } | null {
  const [newest, before] = versions.filter((each) => nameOf(each) === name);
  return newest && before ? { old: before.flow, new: newest.flow } : null;
}
