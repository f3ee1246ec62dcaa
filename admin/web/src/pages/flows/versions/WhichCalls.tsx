/** Which calls a new version is given to: all of them, or a share first, with what takes it back. */
import { CanaryFields } from "@/pages/numbers/CanaryFields";
import { type CanaryTyped, promise, USUAL } from "@/pages/numbers/canary";
import { cx } from "@/ui/cx";

interface Props {
  /** Null: all calls. */
  canary: CanaryTyped | null;
  onChange: (canary: CanaryTyped | null) => void;
  /** The version the other calls run. */
  before: number;
  /** Why it cannot be given to a share only; empty: it can. */
  why: string;
}

export function WhichCalls({ canary, onChange, before, why }: Props) {
  return (
    <fieldset>
      <legend className="mb-2 text-[13px] font-medium">Which calls run it</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        <Choice chosen={canary === null} title="All new calls" about="From the next call on" onChoose={() => onChange(null)} />
        <Choice
          chosen={canary !== null}
          disabled={why !== ""}
          title="A share of them first"
          about={why || "Withdrawn by itself if it does worse than you say"}
          onChoose={() => onChange(canary ?? USUAL)}
        />
      </div>
      {canary && (
        <div className="mt-2 flex flex-col gap-2">
          <CanaryFields typed={canary} onChange={onChange} />
          <p className="text-[13px] text-muted">{promise(canary, before)}</p>
        </div>
      )}
    </fieldset>
  );
}

function Choice({ chosen, disabled = false, title, about, onChoose }: { chosen: boolean; disabled?: boolean; title: string; about: string; onChoose: () => void }) {
  return (
    <label
      className={cx(
        "flex items-start gap-2.5 rounded-lg border px-3 py-2.5 focus-within:ring-2 focus-within:ring-accent",
        chosen ? "border-accent bg-accent-soft" : "border-line",
        disabled ? "cursor-not-allowed" : "cursor-pointer hover:border-line-strong",
      )}
    >
      <input type="radio" name="which-calls" className="mt-0.5 size-4 accent-accent" checked={chosen} disabled={disabled} onChange={onChoose} />
      <span className="min-w-0">
        <span className={cx("block font-medium", disabled && "text-muted")}>{title}</span>
        <span className="block text-xs text-muted">{about}</span>
      </span>
    </label>
  );
}
