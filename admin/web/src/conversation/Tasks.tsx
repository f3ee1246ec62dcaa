/** What background agents are doing, and what came of it. */
import { Ban, Check, CircleAlert, LoaderCircle } from "lucide-react";
import { cx } from "@/ui/cx";
import type { Chart, Task, TaskStatus } from "./conversation";

const LOOKS: Record<TaskStatus, { icon: typeof Check; tone: string; word: string }> = {
  asked: { icon: LoaderCircle, tone: "text-accent-ink", word: "asked" },
  progress: { icon: LoaderCircle, tone: "text-accent-ink", word: "working" },
  result: { icon: Check, tone: "text-good", word: "done" },
  failed: { icon: CircleAlert, tone: "text-bad", word: "failed" },
  cancelled: { icon: Ban, tone: "text-faint", word: "no longer wanted" },
};

/** "lookup_order" as people read it. */
export function toolName(tool: string): string {
  const words = tool.replaceAll(/[_.-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function Tasks({ tasks }: { tasks: readonly Task[] }) {
  if (tasks.length === 0) return <p className="text-[13px] text-faint">Nothing has been looked up yet.</p>;
  return (
    <ul className="flex flex-col gap-2.5" aria-live="polite">
      {tasks.map((task) => {
        const { icon: Icon, tone, word } = LOOKS[task.status];
        const works = task.status === "asked" || task.status === "progress";
        return (
          <li key={task.id} className="flex gap-2.5 text-[13px]">
            <Icon className={cx("mt-0.5 size-4 shrink-0", tone, works && "animate-spin")} aria-hidden />
            <div className="min-w-0">
              <p>
                <span className="font-medium">{toolName(task.tool)}</span> <span className={tone}>{word}</span>
              </p>
              {task.text && <p className="break-words text-muted">{task.text}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

export function Charts({ charts }: { charts: readonly Chart[] }) {
  return charts.map((chart) => (
    <figure key={chart.url} className="overflow-hidden rounded-lg border border-line bg-white">
      <a href={chart.url} target="_blank" rel="noreferrer" title="Open the chart by itself">
        <img src={chart.url} alt={chart.sentence} className="w-full" />
      </a>
      <figcaption className="border-t border-line bg-surface px-3 py-2 text-[13px] text-muted">{chart.sentence}</figcaption>
    </figure>
  ));
}
