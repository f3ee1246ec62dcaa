/** All that keeps the flow from being published; each leads to its place. */
import { CircleAlert, CircleCheck } from "lucide-react";
import { Empty } from "@/ui/Page";
import type { ProblemAt } from "../model/problems";
import { words } from "../model/graph";

export function ProblemsPanel({ problems, onShow }: { problems: readonly ProblemAt[]; onShow: (problem: ProblemAt) => void }) {
  if (problems.length === 0) {
    return (
      <Empty icon={CircleCheck} title="Nothing is wrong">
        This flow can be published.
      </Empty>
    );
  }
  return (
    <ul>
      {problems.map((problem, index) => (
        <li key={index} className="border-b border-line">
          <button type="button" onClick={() => onShow(problem)} className="flex w-full gap-2.5 px-4 py-3 text-left hover:bg-sunken">
            <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
            <span className="min-w-0">
              <span className="block text-xs font-medium text-faint">{placeOf(problem)}</span>
              <span className="block">{problem.sentence}</span>
              {problem.fix && <span className="mt-0.5 block text-muted">{problem.fix}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function placeOf({ step, path }: ProblemAt): string {
  if (step) return [words(step), ...path.slice(2).map(words)].join(" › ");
  return path.length > 0 ? ["Flow", ...path.map(words)].join(" › ") : "Flow";
}
