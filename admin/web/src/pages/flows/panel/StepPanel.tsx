/** Everything about one step, by its kind. */
import { Copy, Trash2 } from "lucide-react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Field, Select } from "@/ui/Field";
import { branchAt, type Branch, kindOf, type Path, put, type Step, stepsOf, textAt } from "../model/content";
import { renameStep } from "../model/graph";
import { kindNamed, KINDS } from "../model/kinds";
import type { ProblemAt } from "../model/problems";
import { useEditing } from "./editing";
import { Dial, DIALS, NumberField, OptionalPart, Section, StepField } from "./fields";
import { StepForm } from "./forms";
import { NameInput } from "./NameInput";
import { SEVERITIES } from "./severities";

interface Props {
  name: string;
  onRenamed: (to: string) => void;
  onDuplicate: () => void;
  onRemove: () => void;
}

export function StepPanel({ name, onRenamed, onDuplicate, onRemove }: Props) {
  const { content, change, readOnly, problems } = useEditing();
  const steps = stepsOf(content);
  const step = steps[name];
  if (step === undefined) return null;
  const kind = kindNamed(kindOf(step));
  const Icon = kind.icon;
  const path: Path = ["steps", name];
  const mine = problems.filter((problem) => problem.step === name);
  return (
    <div>
      <div className="flex items-start gap-3 border-b border-line px-4 py-3.5">
        <span className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent-ink">
          <Icon className="size-4" aria-hidden />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-[14px] font-semibold">{name.replaceAll("_", " ")}</h2>
          <p className="text-xs text-muted">{kind.about}.</p>
        </div>
        {!readOnly && (
          <div className="flex">
            <IconButton label="Duplicate this step" onClick={onDuplicate}>
              <Copy className="size-4" aria-hidden />
            </IconButton>
            <IconButton label="Remove this step" onClick={onRemove}>
              <Trash2 className="size-4" aria-hidden />
            </IconButton>
          </div>
        )}
      </div>
      {(["error", "warning"] as const).map((severity) => (
        <Told key={severity} severity={severity} problems={mine.filter((problem) => problem.severity === severity)} />
      ))}
      <StepForm path={path} step={step} />
      <Section title="Step">
        <NameInput
          label="Name"
          name={name}
          taken={steps}
          readOnly={readOnly}
          hint="Other steps lead to it by this name; they follow when it changes."
          onRename={(to) => {
            change(
              (before) => renameStep(before, name, to),
              "",
              (places) => (places[name] ? { ...places, [to]: places[name] } : places),
            );
            onRenamed(to);
          }}
        />
        <KindField path={path} step={step} />
        <OptionalPart path={[...path, "at_most"]} label="Only so often in a row" hint="Then the call goes elsewhere." fresh={{ times: 2, then: "" }}>
          <NumberField path={[...path, "at_most", "times"]} label="At most" unit="times" least={1} most={10} />
          <StepField path={[...path, "at_most", "then"]} label="Then go to" />
        </OptionalPart>
        {!kind.stays && kindOf(step) !== "decide" && <StepDials path={path} flow={branchAt(content, ["dials"])} />}
      </Section>
    </div>
  );
}

function Told({ severity, problems }: { severity: ProblemAt["severity"]; problems: readonly ProblemAt[] }) {
  if (problems.length === 0) return null;
  const { icon: Icon, ink, ground } = SEVERITIES[severity];
  return (
    <ul className={cx("flex flex-col gap-2 border-b border-line px-4 py-3 text-[13px]", ground)}>
      {problems.map((problem) => (
        <li key={problem.sentence} className="flex gap-2">
          <Icon className={cx("mt-0.5 size-3.5 shrink-0", ink)} aria-hidden />
          <span className="min-w-0 break-words">
            {problem.sentence}
            {problem.fix && <span className="text-muted"> — {problem.fix}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function KindField({ path, step }: { path: Path; step: Step }) {
  const { change, readOnly } = useEditing();
  const kind = kindOf(step);
  return (
    <Field label="Kind" hint="What both kinds have is kept.">
      <Select
        value={kind}
        disabled={readOnly}
        onChange={(event) => {
          const next = kindNamed(event.target.value);
          change((before) => put(before, path, converted(step, next.fresh)));
        }}
      >
        {!Object.hasOwn(KINDS, kind) && <option value={kind}>{kind || "none"} (not known)</option>}
        {Object.entries(KINDS).map(([value, { name }]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

const EVERYWHERE = ["says", "next", "at_most", "dials", "result", "waiting", "failed", "meanwhile", "after_hang_up", "resume", "again", "partial", "repair"];

/** A step of another kind: its own fields as new, and of the old one what the new kind has too. */
export function converted(step: Step, fresh: Branch): Step {
  const work = "waiting" in fresh;
  const kept = EVERYWHERE.filter((field) => {
    if (field in fresh || ["at_most"].includes(field)) return field in step;
    if (field === "dials") return field in step && !kindNamed(textAt(fresh, ["kind"])).stays && fresh["kind"] !== "decide";
    if (field === "next") return field in step && ["say", "look_up", "agent", "survey", "interpret"].includes(String(fresh["kind"]));
    if (field === "resume") return field in step && ["transfer", "end"].includes(String(fresh["kind"]));
    if (field === "again") return field in step && fresh["kind"] === "ask";
    return work && field in step;
  });
  return { ...fresh, ...Object.fromEntries(kept.map((field) => [field, step[field] ?? null])) };
}

function StepDials({ path, flow }: { path: Path; flow: Branch }) {
  return (
    <OptionalPart path={[...path, "dials"]} label="Hold the floor its own way here" hint="Otherwise as the whole flow." fresh={{}}>
      {DIALS.map(([dial, label, ends]) => (
        <Dial
          key={dial}
          path={[...path, "dials", dial]}
          label={label}
          ends={ends}
          otherwise={typeof flow[dial] === "number" ? flow[dial] : 0.5}
          inherited
        />
      ))}
    </OptionalPart>
  );
}
