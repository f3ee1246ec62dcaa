/** The panel at the right: the step, the flow, what is wrong, the test, the versions. */
import { MousePointerClick } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Empty } from "@/ui/Page";
import type { DraftStore } from "../draft/store";
import type { Path } from "../model/content";
import { isSource } from "../model/graph";
import { errorsAmong, type ProblemAt } from "../model/problems";
import { FlowSettings } from "../panel/FlowSettings";
import { ProblemsPanel } from "../panel/ProblemsPanel";
import { SEVERITIES } from "../panel/severities";
import { StepPanel } from "../panel/StepPanel";
import { TestPanel } from "../test/TestPanel";
import { VersionsPanel } from "../versions/VersionsPanel";

export type PanelTab = "step" | "flow" | "problems" | "test" | "versions";
const TABS: readonly (readonly [PanelTab, string])[] = [
  ["step", "Step"],
  ["flow", "Flow"],
  ["problems", "Problems"],
  ["test", "Test"],
  ["versions", "Versions"],
];

interface Props {
  tab: PanelTab;
  onTab: (tab: PanelTab) => void;
  selected: readonly string[];
  focus: Path;
  problems: readonly ProblemAt[];
  draft: Schemas["Draft"];
  store: DraftStore;
  onProblem: (problem: ProblemAt) => void;
  onSelect: (step: string) => void;
  onDuplicate: () => void;
  onRemove: () => void;
  onHere: (step: string) => void;
}

export function SidePanel(props: Props) {
  const { tab, onTab, problems, store, draft } = props;
  return (
    <aside aria-label="Details" className="flex w-[21rem] shrink-0 flex-col border-l border-line bg-surface xl:w-[24rem]">
      <div role="tablist" aria-label="Details" className="flex border-b border-line px-2">
        {TABS.map(([each, name]) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`tab-${each}`}
            aria-controls="side-panel"
            aria-selected={tab === each}
            onClick={() => onTab(each)}
            className={cx(
              "-mb-px flex h-9 items-center gap-1 border-b-2 px-2 text-[13px]",
              tab === each ? "border-accent font-medium text-ink" : "border-transparent text-muted hover:text-ink",
            )}
          >
            {name}
            {each === "problems" && problems.length > 0 && <ProblemCount problems={problems} />}
          </button>
        ))}
      </div>
      <div id="side-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
        {tab === "step" && <Step {...props} />}
        {tab === "flow" && <FlowSettings focus={props.focus} />}
        {tab === "problems" && <ProblemsPanel problems={problems} onShow={props.onProblem} />}
        {tab === "test" && <TestPanel name={draft.name} store={store} onHere={props.onHere} onSelect={props.onSelect} />}
        {tab === "versions" && <VersionsPanel name={draft.name} store={store} />}
      </div>
    </aside>
  );
}

function ProblemCount({ problems }: { problems: readonly ProblemAt[] }) {
  const { ground, ink } = SEVERITIES[errorsAmong(problems).length > 0 ? "error" : "warning"];
  return <span className={cx("tabular rounded-full px-1.5 text-[11px] font-semibold", ground, ink)}>{problems.length}</span>;
}

function Step({ selected, onDuplicate, onRemove, onSelect, onTab }: Props) {
  const steps = selected.filter((id) => !isSource(id));
  const [name] = steps;
  if (name === undefined) {
    return (
      <Empty icon={MousePointerClick} title="Choose a step" action={<Button onClick={() => onTab("flow")}>Set up the whole flow</Button>}>
        Press one on the canvas to see what it does, or add one from the left.
      </Empty>
    );
  }
  if (steps.length > 1) {
    return (
      <div className="flex flex-col gap-3 p-4">
        <p className="font-medium">{steps.length} steps are chosen</p>
        <div className="flex gap-2">
          <Button onClick={onDuplicate}>Duplicate</Button>
          <Button variant="danger" onClick={onRemove}>
            Remove
          </Button>
        </div>
      </div>
    );
  }
  return <StepPanel key={name} name={name} onRenamed={onSelect} onDuplicate={onDuplicate} onRemove={onRemove} />;
}
