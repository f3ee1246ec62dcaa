/** All that is wrong with the flow, what keeps it from being published first; each leads to its place. */
import { CircleCheck } from "lucide-react";
import { cx } from "@/ui/cx";
import { Empty } from "@/ui/Page";
import { words } from "../model/graph";
import { errorsAmong, type ProblemAt } from "../model/problems";
import { SEVERITIES } from "./severities";

export function ProblemsPanel({ problems, onShow }: { problems: readonly ProblemAt[]; onShow: (problem: ProblemAt) => void }) {
  if (problems.length === 0) {
    return (
      <Empty icon={CircleCheck} title="Nothing is wrong">
        This flow can be published.
      </Empty>
    );
  }
  return (
    <>
      {errorsAmong(problems).length === 0 && <p className="border-b border-line px-4 py-3 text-muted">This flow can be published. What is below, though, was hardly meant.</p>}
      <ul>
        {problems.map((problem, index) => (
          <li key={index} className="border-b border-line">
            <Problem problem={problem} onShow={() => onShow(problem)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Problem({ problem, onShow }: { problem: ProblemAt; onShow: () => void }) {
  const { icon: Icon, ink, name } = SEVERITIES[problem.severity];
  return (
    <button type="button" onClick={onShow} className="flex w-full gap-2.5 px-4 py-3 text-left hover:bg-sunken">
      <Icon className={cx("mt-0.5 size-4 shrink-0", ink)} aria-hidden />
      <span className="min-w-0 break-words">
        <span className="block text-xs font-medium text-faint">
          {name}: {placeOf(problem)}
        </span>
        <span className="block">{problem.sentence}</span>
        {problem.fix && <span className="mt-0.5 block text-muted">{problem.fix}</span>}
      </span>
    </button>
  );
}

function placeOf({ step, path }: ProblemAt): string {
  if (step) return [words(step), ...path.slice(2).map(words)].join(" › ");
  return path.length > 0 ? ["Flow", ...path.map(words)].join(" › ") : "Flow";
}
