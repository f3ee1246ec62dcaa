/** Two states of a flow, step by step: what was added, removed, changed, with both values side by side. */
import { Minus, Plus, SquarePen } from "lucide-react";
import { cx } from "@/ui/cx";
import { type Differences, type FieldDifference, shown, type StepDifference } from "../model/diff";
import { words } from "../model/graph";

const LOOKS = {
  added: { icon: Plus, tone: "bg-good-soft text-good", word: "added" },
  removed: { icon: Minus, tone: "bg-bad-soft text-bad", word: "removed" },
  changed: { icon: SquarePen, tone: "bg-warn-soft text-warn", word: "changed" },
} as const;

export function DiffView({ differences, nothing = "They are the same.", onSelect }: { differences: Differences; nothing?: string; onSelect?: (step: string) => void }) {
  const { steps, elsewhere } = differences;
  if (steps.length === 0 && elsewhere.length === 0) return <p className="px-4 py-6 text-center text-muted">{nothing}</p>;
  return (
    <ul>
      {steps.map((each) => (
        <StepRow key={each.step} difference={each} {...(onSelect ? { onSelect } : {})} />
      ))}
      {elsewhere.length > 0 && (
        <li className="border-b border-line px-3 py-2.5 last:border-b-0">
          <p className="font-medium">The whole flow</p>
          <Fields fields={elsewhere} />
        </li>
      )}
    </ul>
  );
}

function StepRow({ difference: { step, kind, fields }, onSelect }: { difference: StepDifference; onSelect?: (step: string) => void }) {
  const { icon: Icon, tone, word } = LOOKS[kind];
  return (
    <li className="border-b border-line px-3 py-2.5 last:border-b-0">
      <p className="flex items-center gap-2">
        <span className={cx("grid size-5 place-items-center rounded", tone)}>
          <Icon className="size-3.5" aria-hidden />
        </span>
        {onSelect && kind !== "removed" ? (
          <button type="button" className="font-medium hover:underline" onClick={() => onSelect(step)}>
            {words(step)}
          </button>
        ) : (
          <span className={cx("font-medium", kind === "removed" && "line-through")}>{words(step)}</span>
        )}
        <span className="text-xs text-faint">{word}</span>
      </p>
      {kind === "changed" && <Fields fields={fields} />}
    </li>
  );
}

function Fields({ fields }: { fields: readonly FieldDifference[] }) {
  return (
    <dl className="mt-2 flex flex-col gap-2">
      {fields.map(({ field, before, after }) => (
        <div key={field}>
          <dt className="text-xs text-faint">{field.split(".").map(words).join(" › ")}</dt>
          <dd className="mt-0.5 grid grid-cols-2 gap-2 text-[12.5px]">
            <Side value={shown(before)} tone="bg-bad-soft" absent={before === undefined} />
            <Side value={shown(after)} tone="bg-good-soft" absent={after === undefined} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Side({ value, tone, absent }: { value: string; tone: string; absent: boolean }) {
  return (
    <div className={cx("min-w-0 rounded px-2 py-1 break-words whitespace-pre-wrap", absent ? "bg-sunken text-faint" : tone)}>
      {absent ? "—" : value || "(empty)"}
    </div>
  );
}
