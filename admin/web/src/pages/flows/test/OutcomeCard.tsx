/** Work whose outcome the tester chooses: it would change something, or nothing here can do it. */
import { Fragment, useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/Button";
import { Select, TextArea } from "@/ui/Field";
import { words } from "../model/graph";
import type { TrialEvent } from "./useTrial";

const FAILURES = ["not_found", "unavailable", "timeout", "invalid", "refused", "unsupported", "limit", "unknown", "internal"];

export function OutcomeCard({ task, busy, onChoose }: { task: Schemas["Choice"]; busy: boolean; onChoose: (event: TrialEvent) => void }) {
  const [result, setResult] = useState(() => JSON.stringify(task.example, null, 2));
  const [failure, setFailure] = useState("not_found");
  const parsed = read(result);
  const choose = (outcome: Partial<Schemas["Outcome"]> & { ended: Schemas["Outcome"]["ended"] }) =>
    onChoose({ kind: "outcome", task_id: task.task_id, took_ms: 1_000, source: "chosen", parts: [], ...outcome });
  return (
    <div className="mt-3 rounded-lg border border-accent bg-accent-soft/40 px-3 py-2.5 text-[13px]">
      <p>
        Choose what comes of <span className="font-mono font-medium">{task.tool}</span>.
      </p>
      <p className="mt-0.5 text-xs text-muted">{task.refused ?? task.why}</p>
      {Object.keys(task.arguments).length > 0 && (
        <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
          {Object.entries(task.arguments).map(([name, value]) => (
            <Fragment key={name}>
              <dt className="text-faint">{words(name)}</dt>
              <dd className="break-words">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      <details className="mt-2">
        <summary className="cursor-pointer text-xs text-accent-ink">What it answers</summary>
        <TextArea aria-label="What it answers" className="mt-1 field-sizing-content max-h-48 font-mono text-xs" value={result} spellCheck={false} onChange={(event) => setResult(event.target.value)} />
        {parsed === null && <p className="text-xs text-bad">This is no JSON object.</p>}
      </details>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button size="small" variant="primary" disabled={busy || parsed === null} onClick={() => choose({ ended: "succeeded", result: parsed })}>
          It succeeds
        </Button>
        <span className="flex items-center gap-1">
          <Select aria-label="Why it fails" className="h-7 w-32 text-[12.5px]" value={failure} onChange={(event) => setFailure(event.target.value)}>
            {FAILURES.map((each) => (
              <option key={each} value={each}>
                {each.replaceAll("_", " ")}
              </option>
            ))}
          </Select>
          <Button size="small" disabled={busy} onClick={() => choose({ ended: failure === "unknown" ? "unknown" : failure === "refused" ? "refused" : "failed", error: failure })}>
            It fails
          </Button>
        </span>
      </div>
    </div>
  );
}

function read(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
