/** Fields that lead by name: cases of a decision, failures of a look-up, keys; and what a tool is called with. */
import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Input, Select } from "@/ui/Field";
import { branchAt, isBranch, type Path, put, renamed, type Value } from "../model/content";
import { blanksAt, useEditing, useField } from "./editing";
import { StepPicker } from "./fields";
import { useTool } from "./tools";

const FAILURES: readonly (readonly [string, string])[] = [
  ["not_found", "there is no such thing"],
  ["unavailable", "the system does not answer"],
  ["timeout", "it was not done in time"],
  ["invalid", "the arguments make no sense"],
  ["refused", "the company's rules forbid it"],
  ["unsupported", "the system cannot do it"],
  ["limit", "what may be used is used up"],
  ["unknown", "it may or may not have happened"],
  ["internal", "something is broken"],
  ["cancelled", "it was cancelled"],
  ["otherwise", "anything else"],
];

/** Failure word → step. */
export function FailuresField({ path }: { path: Path }) {
  const { content, set, readOnly } = useEditing();
  const { error } = useField(path, false);
  const failed = branchAt(content, path);
  const free = FAILURES.filter(([word]) => !Object.hasOwn(failed, word));
  return (
    <fieldset>
      <legend className="text-[13px] font-medium">When it fails</legend>
      {error && <p className="text-xs text-bad">{error}</p>}
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {Object.entries(failed).map(([word, target]) => (
          <TargetRow key={word} path={[...path, word]} target={target} name={word}>
            <span className="block truncate text-[13px] font-medium">{word.replaceAll("_", " ")}</span>
            <span className="block truncate text-xs text-faint">{FAILURES.find(([each]) => each === word)?.[1]}</span>
          </TargetRow>
        ))}
      </ul>
      {!readOnly && free.length > 0 && (
        <Select
          aria-label="Add a failure"
          className="mt-2 border-dashed text-accent-ink"
          value=""
          onChange={(event) => set([...path, event.target.value], "")}
        >
          <option value="">+ When it fails because…</option>
          {free.map(([word, what]) => (
            <option key={word} value={word}>
              {word.replaceAll("_", " ")}: {what}
            </option>
          ))}
        </Select>
      )}
    </fieldset>
  );
}

/** The keys of a telephone, each with the step it leads to. */
export function KeysField({ path, label, hint }: { path: Path; label: string; hint: string }) {
  const { content, set, readOnly } = useEditing();
  const { error } = useField(path, false);
  const keys = branchAt(content, path);
  const free = [..."1234567890*#"].filter((key) => !Object.hasOwn(keys, key));
  return (
    <fieldset>
      <legend className="text-[13px] font-medium">{label}</legend>
      <p role={error ? "alert" : undefined} className={cx("text-xs", error ? "text-bad" : "text-faint")}>
        {error ?? hint}
      </p>
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {Object.entries(keys).map(([key, target]) => (
          <TargetRow
            key={key}
            path={[...path, key]}
            target={target}
            name={`key ${key}`}
            onRemove={() => set(Object.keys(keys).length > 1 ? [...path, key] : path, undefined)}
          >
            <kbd className="grid size-7 place-items-center rounded-md border border-line-strong bg-sunken font-mono text-[13px] font-medium">{key}</kbd>
          </TargetRow>
        ))}
      </ul>
      {!readOnly && free.length > 0 && (
        <Select aria-label="Add a key" className="mt-2 border-dashed text-accent-ink" value="" onChange={(event) => set([...path, event.target.value], "")}>
          <option value="">+ When the caller presses…</option>
          {free.map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </Select>
      )}
    </fieldset>
  );
}

function TargetRow({ path, target, name, children, onRemove }: {
  path: Path;
  target: Value;
  name: string;
  children: ReactNode;
  onRemove?: () => void;
}) {
  const { set } = useEditing();
  const { error, readOnly } = useField(path);
  return (
    <li>
      <div className="flex items-center gap-2">
        <div className="min-w-0 basis-2/5">{children}</div>
        <div className="min-w-0 flex-1">
          <StepPicker
            label={`Where ${name} leads`}
            value={typeof target === "string" ? target : ""}
            onChange={(to) => set(path, to)}
            disabled={readOnly}
            wrong={error !== undefined}
          />
        </div>
        {!readOnly && (
          <IconButton label={`Remove ${name}`} className="w-7" onClick={onRemove ?? (() => set(path, undefined))}>
            <Trash2 className="size-3.5" aria-hidden />
          </IconButton>
        )}
      </div>
      {error && <p className="mt-0.5 text-xs text-bad">{error}</p>}
    </li>
  );
}

/** Value → step. The case `nothing`: it is not known. */
export function CasesField({ path }: { path: Path }) {
  const { content, set, change, readOnly } = useEditing();
  const { error } = useField(path, false);
  const [typed, setTyped] = useState("");
  const cases = branchAt(content, path);
  const add = () => {
    if (typed.trim() && !Object.hasOwn(cases, typed.trim())) set([...path, typed.trim()], "");
    setTyped("");
  };
  return (
    <fieldset>
      <legend className="text-[13px] font-medium">When it is…</legend>
      <p className={cx("text-xs", error ? "text-bad" : "text-faint")}>{error ?? "“nothing” is the case in which it is not known."}</p>
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {Object.entries(cases).map(([value, target]) => (
          <TargetRow key={value} path={[...path, value]} target={target} name={value}>
            <Input
              aria-label={`Case ${value}`}
              className="font-mono text-[12.5px]"
              defaultValue={value}
              readOnly={readOnly}
              onBlur={(event) => {
                const to = event.target.value.trim();
                if (to === value) return;
                if (!to || Object.hasOwn(cases, to)) event.target.value = value;
                else change((before) => put(before, path, renamed(branchAt(before, path), value, to)));
              }}
            />
          </TargetRow>
        ))}
      </ul>
      {!readOnly && (
        <form
          className="mt-2 flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <Input aria-label="A new case" placeholder="shipped" value={typed} onChange={(event) => setTyped(event.target.value)} />
          <Button type="submit" disabled={!typed.trim()}>
            Add case
          </Button>
        </form>
      )}
    </fieldset>
  );
}

/** What the tool is called with: a fixed value, a slot, or part of an answer. */
export function ArgumentsField({ path, tool }: { path: Path; tool: string }) {
  const { content, set, readOnly } = useEditing();
  const { error } = useField(path, false);
  const [typed, setTyped] = useState("");
  const known = useTool(tool)?.arguments;
  const properties = isBranch(known?.["properties"]) ? Object.keys(known["properties"]) : [];
  const required = Array.isArray(known?.["required"]) ? known["required"].map(String) : [];
  const given = branchAt(content, path);
  const names = [...new Set([...properties, ...Object.keys(given)])];
  const blanks = blanksAt(content, ["steps"]).map(({ name }) => `{${name}}`);
  return (
    <fieldset>
      <legend className="text-[13px] font-medium">Called with</legend>
      {error && <p className="text-xs text-bad">{error}</p>}
      <datalist id="argument-values">
        {blanks.map((blank) => (
          <option key={blank} value={blank} />
        ))}
      </datalist>
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {names.map((name) => (
          <ArgumentRow key={name} path={[...path, name]} name={name} required={required.includes(name)} extra={properties.length > 0 && !properties.includes(name)} />
        ))}
      </ul>
      {!readOnly && properties.length === 0 && (
        <form
          className="mt-2 flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed) set([...path, typed], "");
            setTyped("");
          }}
        >
          <Input aria-label="A new argument" placeholder="order_number" value={typed} onChange={(event) => setTyped(event.target.value)} />
          <Button type="submit" disabled={!/^[a-z][a-z0-9_]*$/.test(typed)}>
            Add
          </Button>
        </form>
      )}
    </fieldset>
  );
}

function ArgumentRow({ path, name, required, extra }: { path: Path; name: string; required: boolean; extra: boolean }) {
  const { value, set, error, readOnly } = useField(path);
  return (
    <li>
      <div className="flex items-center gap-2">
        <span className="min-w-0 basis-2/5 truncate font-mono text-xs" title={name}>
          {name}
          {required && <span className="text-bad"> *</span>}
        </span>
        <Input
          aria-label={`Argument ${name}`}
          className="flex-1 font-mono text-[12.5px]"
          list="argument-values"
          placeholder={required ? "{slot} or a value" : "left out"}
          value={value === undefined || value === null ? "" : String(value)}
          readOnly={readOnly}
          aria-invalid={error ? true : undefined}
          onChange={(event) => set(event.target.value === "" ? undefined : argument(event.target.value))}
        />
      </div>
      {(error || extra) && <p className="mt-0.5 text-xs text-bad">{error ?? "The tool knows no such argument; empty it."}</p>}
    </li>
  );
}

/** What was typed as the document has it: whole numbers and truths are values, the rest is text. */
export function argument(typed: string): Value {
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(typed)) return Number(typed);
  return typed === "true" ? true : typed === "false" ? false : typed;
}
