/** Two states of a flow, step by step: what was added, removed, changed, with both values side by side. */
import { useMemo } from "react";
import { cx } from "@/ui/cx";
import { type Differences, type FieldDifference, shown, type StepDifference } from "../model/diff";
import { words } from "../model/graph";
import { type Piece, wordDifferences } from "../model/wordDiff";
import { CHANGES, ChangeSign } from "./changes";

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
  return (
    <li className="border-b border-line px-3 py-2.5 last:border-b-0">
      <p className="flex items-center gap-2">
        <ChangeSign change={kind} className="size-5 rounded" />
        {onSelect ? (
          <button type="button" className="min-w-0 truncate font-medium hover:underline" onClick={() => onSelect(step)}>
            {words(step)}
          </button>
        ) : (
          <span className={cx("min-w-0 truncate font-medium", kind === "removed" && "line-through")}>{words(step)}</span>
        )}
        <span className="text-xs text-faint">{CHANGES[kind].word}</span>
      </p>
      {kind === "changed" && <Fields fields={fields} />}
    </li>
  );
}

/** Fields with both values side by side; the words that differ stand out. */
export function Fields({ fields }: { fields: readonly FieldDifference[] }) {
  return (
    <dl className="mt-2 flex flex-col gap-2">
      {fields.map(({ field, before, after }) => (
        <div key={field}>
          <dt className="text-xs text-faint">{field.split(".").map(words).join(" › ")}</dt>
          <Values before={before === undefined ? null : shown(before)} after={after === undefined ? null : shown(after)} />
        </div>
      ))}
    </dl>
  );
}

/** Null: it was not there, or is gone. */
function Values({ before, after }: { before: string | null; after: string | null }) {
  const both = useMemo(() => wordDifferences(before ?? "", after ?? ""), [before, after]);
  return (
    <dd className="mt-0.5 grid grid-cols-2 gap-2 text-[12.5px]">
      <Side pieces={before === null ? null : both.before} change="removed" />
      <Side pieces={after === null ? null : both.after} change="added" />
    </dd>
  );
}

function Side({ pieces, change }: { pieces: readonly Piece[] | null; change: "added" | "removed" }) {
  const Differing = change === "added" ? "ins" : "del";
  return (
    <div className="min-w-0 rounded bg-sunken px-2 py-1 break-words whitespace-pre-wrap">
      {pieces === null ? (
        <span className="text-faint">—</span>
      ) : pieces.length === 0 ? (
        <span className="text-faint">(empty)</span>
      ) : (
        pieces.map(({ text, differs }, index) =>
          differs ? (
            <Differing key={index} className={cx("rounded-xs px-px no-underline", CHANGES[change].tone, change === "removed" && "line-through")}>
              {text}
            </Differing>
          ) : (
            <span key={index}>{text}</span>
          ),
        )
      )}
    </div>
  );
}
