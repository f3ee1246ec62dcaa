/** The small fields of the side panel: words, numbers, choices, dials, parts that may be left out. */
import { ArrowUpRight } from "lucide-react";
import { type ReactNode, useId } from "react";
import { IconButton } from "@/ui/Button";
import { Field, Input, Select, TextArea } from "@/ui/Field";
import { branchAt, isBranch, type Path, stepsOf, type Value } from "../model/content";
import { KINDS } from "../model/kinds";
import { useEditing, useField } from "./editing";

interface Common {
  path: Path;
  label: string;
  hint?: ReactNode;
}

export function WordsField({ path, label, hint, placeholder, options, long = false, optional = false }: Common & {
  placeholder?: string;
  /** To choose from; anything else may be typed too. */
  options?: readonly string[];
  long?: boolean;
  /** An empty field is left out. */
  optional?: boolean;
}) {
  const { value, set, error, readOnly } = useField(path);
  const id = useId();
  const text = value === undefined || value === null || isBranch(value) ? "" : String(value);
  const write = (typed: string) => set(typed === "" && optional ? undefined : typed);
  return (
    <Field label={label} hint={hint} error={error}>
      {long ? (
        <TextArea value={text} rows={4} readOnly={readOnly} placeholder={placeholder} onChange={(event) => write(event.target.value)} />
      ) : (
        <Input value={text} readOnly={readOnly} placeholder={placeholder} list={options && id} onChange={(event) => write(event.target.value)} />
      )}
      {options && (
        <datalist id={id}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </Field>
  );
}

export function ChoiceField({ path, label, hint, options, otherwise }: Common & {
  options: readonly (readonly [string, string])[];
  /** The value that need not be written. */
  otherwise?: string;
}) {
  const { value, set, error, readOnly } = useField(path);
  const shown = value === undefined || value === null ? (otherwise ?? "") : String(value);
  const known = options.some(([option]) => option === shown);
  return (
    <Field label={label} hint={hint} error={error}>
      <Select
        value={shown}
        disabled={readOnly}
        onChange={(event) => set(event.target.value === otherwise || event.target.value === "" ? undefined : event.target.value)}
      >
        {!known && <option value={shown}>{shown ? `${shown} (not known)` : "Choose…"}</option>}
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

export function NumberField({ path, label, hint, otherwise, unit, scale = 1, least, most, step = 1 }: Common & {
  otherwise?: number;
  unit?: string;
  /** How many of the document's units are one of the shown: 1000 for seconds of milliseconds. */
  scale?: number;
  least?: number;
  most?: number;
  step?: number;
}) {
  const { value, set, error, readOnly } = useField(path);
  const shown = typeof value === "number" ? String(value / scale) : value === undefined ? "" : String(value);
  return (
    <Field label={label} hint={hint} error={error}>
      <div className="flex items-center gap-2">
        <Input
          type="number"
          className="tabular w-28"
          value={shown}
          readOnly={readOnly}
          placeholder={otherwise === undefined ? "" : String(otherwise / scale)}
          min={least === undefined ? undefined : least / scale}
          max={most === undefined ? undefined : most / scale}
          step={step}
          onChange={(event) => {
            const typed = event.target.value;
            set(typed === "" ? undefined : Math.round(Number(typed) * scale * 1_000) / 1_000);
          }}
        />
        {unit && <span className="text-muted">{unit}</span>}
      </div>
    </Field>
  );
}

export function Toggle({ path, label, hint, otherwise = false }: Common & { otherwise?: boolean }) {
  const { value, set, error, readOnly } = useField(path);
  const on = value === undefined ? otherwise : value === true;
  return <Check label={label} hint={error ?? hint} wrong={error !== undefined} on={on} disabled={readOnly} onChange={(next) => set(next === otherwise ? undefined : next)} />;
}

export function Check({ label, hint, on, disabled, wrong = false, onChange }: {
  label: string;
  hint?: ReactNode;
  on: boolean;
  disabled?: boolean;
  wrong?: boolean;
  onChange: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--accent)"
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="text-[13px] font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className={wrong ? "text-xs text-bad" : "text-xs text-faint"}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** A dial from 0 to 1 with words at its ends. `otherwise`: where it stands while it is not set. */
export function Dial({ path, label, ends, otherwise, inherited = false }: {
  path: Path;
  label: string;
  ends: readonly [string, string];
  otherwise: number;
  inherited?: boolean;
}) {
  const { value, set, error, readOnly } = useField(path);
  const id = useId();
  const isSet = typeof value === "number";
  const shown = isSet ? value : otherwise;
  return (
    <div>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-[13px] font-medium">
          {label}
        </label>
        <span className="tabular text-xs text-muted">
          {isSet || !inherited ? shown.toFixed(2) : `as the flow (${shown.toFixed(2)})`}
          {isSet && inherited && !readOnly && (
            <button type="button" className="ml-2 text-accent-ink hover:underline" onClick={() => set(undefined)}>
              reset
            </button>
          )}
        </span>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={shown}
        disabled={readOnly}
        onChange={(event) => set(Number(event.target.value))}
        className="mt-1 w-full accent-(--accent)"
      />
      <div className="flex justify-between text-xs text-faint">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
      {error && <p className="text-xs text-bad">{error}</p>}
    </div>
  );
}

export const DIALS = [
  ["patience", "Patience", ["answers fast", "waits for the caller"]],
  ["interruption", "Giving way", ["finishes its sentence", "stops at once"]],
  ["backchannels", "“Mm-hm”", ["never", "often"]],
] as const;

const NEW = "@new:";

/** Which step comes: one that is there, or a new one. */
export function StepPicker({ value, onChange, disabled, label, empty = "Choose a step…", wrong = false }: {
  value: string;
  onChange: (name: string) => void;
  disabled: boolean;
  label: string;
  empty?: string;
  wrong?: boolean;
}) {
  const { content, select, begin } = useEditing();
  const names = Object.keys(stepsOf(content));
  const there = names.includes(value);
  return (
    <div className="flex min-w-0 items-center gap-1">
      <Select
        aria-label={label}
        aria-invalid={wrong || (value !== "" && !there) || undefined}
        value={value}
        disabled={disabled}
        onChange={(event) => {
          const chosen = event.target.value;
          onChange(chosen.startsWith(NEW) ? begin(chosen.slice(NEW.length)) : chosen);
        }}
      >
        {!there && <option value={value}>{value ? `${value} (does not exist)` : empty}</option>}
        <optgroup label="Steps">
          {names.map((name) => (
            <option key={name} value={name}>
              {name.replaceAll("_", " ")}
            </option>
          ))}
        </optgroup>
        <optgroup label="A new step">
          {Object.entries(KINDS).map(([kind, { name }]) => (
            <option key={kind} value={NEW + kind}>
              New: {name}
            </option>
          ))}
        </optgroup>
      </Select>
      <IconButton label={`Show ${value || "the step"}`} disabled={!there} className="shrink-0" onClick={() => select(value)}>
        <ArrowUpRight className="size-4" aria-hidden />
      </IconButton>
    </div>
  );
}

export function StepField({ path, label, hint, empty }: Common & { empty?: string }) {
  const { value, set, error, readOnly } = useField(path);
  return (
    <Field label={label} hint={hint} error={error}>
      <StepPicker
        value={typeof value === "string" ? value : ""}
        onChange={(name) => set(name)}
        disabled={readOnly}
        label={label}
        wrong={error !== undefined}
        {...(empty ? { empty } : {})}
      />
    </Field>
  );
}

/** Names in a list, each to be ticked: the steps a yes is consent for, the tools an agent may call. */
export function TicksField({ path, label, hint, options }: Common & { options: readonly string[] }) {
  const { value, set, error, readOnly } = useField(path);
  const chosen = Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
  const all = [...options, ...chosen.filter((name) => !options.includes(name))];
  return (
    <fieldset>
      <legend className="text-[13px] font-medium">{label}</legend>
      {(error ?? hint) && <p className={error ? "text-xs text-bad" : "text-xs text-faint"}>{error ?? hint}</p>}
      {all.length === 0 && <p className="mt-1 text-xs text-faint">There is nothing to choose from yet.</p>}
      <div className="mt-1.5 flex max-h-48 flex-col gap-1 overflow-y-auto">
        {all.map((name) => (
          <Check
            key={name}
            label={name.replaceAll("_", " ")}
            on={chosen.includes(name)}
            disabled={readOnly}
            onChange={(on) => {
              const next = on ? [...chosen, name] : chosen.filter((each) => each !== name);
              set(next.length === 0 ? undefined : next.length === 1 && typeof value === "string" ? next[0] : next);
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** A part of a step that may be left out; ticked, it is there with what `fresh` begins it. */
export function OptionalPart({ path, label, hint, fresh, children }: Common & { fresh: Value; children: ReactNode }) {
  const { content, set, readOnly } = useEditing();
  const { error } = useField(path, false);
  const parent = branchAt(content, path.slice(0, -1));
  const there = Object.hasOwn(parent, path.at(-1) ?? "");
  return (
    <div className="rounded-lg border border-line">
      <div className="px-3 py-2.5">
        <Check label={label} hint={error ?? hint} wrong={error !== undefined} on={there} disabled={readOnly} onChange={(on) => set(path, on ? fresh : undefined)} />
      </div>
      {there && <div className="flex flex-col gap-4 border-t border-line px-3 py-3">{children}</div>}
    </div>
  );
}

export function Section({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className="flex flex-col gap-4 border-b border-line px-4 py-4 last:border-b-0">
      <div className="flex items-center justify-between">
        <h3 className="text-xs font-semibold tracking-wide text-faint uppercase">{title}</h3>
        {action}
      </div>
      {children}
    </section>
  );
}
