/** What callers may mean: example phrases and keywords, and where each meaning leads. */
import { ChevronRight, Trash2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { TextArea } from "@/ui/Field";
import { languageName } from "@/ui/languages";
import { asName, branchAt, type Content, freeName, isBranch, type Path, put, renamed, stepsOf, type Value } from "../model/content";
import { words } from "../model/graph";
import { textFrom, wordingsOf } from "../model/texts";
import { meaningNames, useEditing, useField } from "./editing";
import { Check, StepPicker } from "./fields";
import { NameInput } from "./NameInput";

/** Meaning → step, as rows; each opens to show how callers say it. */
export function AnswersField({ path, label, hint }: { path: Path; label: string; hint?: string }) {
  const { content, change, set, readOnly } = useEditing();
  const { error } = useField(path, false);
  const [open, setOpen] = useState("");
  const answers = branchAt(content, path);
  const free = meaningNames(content).filter((name) => !Object.hasOwn(answers, name));
  return (
    <fieldset>
      <legend className="text-[13px] font-medium">{label}</legend>
      {(error ?? hint) && <p className={cx("text-xs", error ? "text-bad" : "text-faint")}>{error ?? hint}</p>}
      <ul className="mt-2 flex flex-col gap-1.5">
        {Object.keys(answers).map((meaning) => (
          <li key={meaning} className="rounded-md border border-line">
            <AnswerRow path={[...path, meaning]} meaning={meaning} open={open === meaning} onOpen={() => setOpen(open === meaning ? "" : meaning)} />
          </li>
        ))}
      </ul>
      {!readOnly && (
        <div className="mt-2">
          <select
            aria-label="Add a meaning"
            className="h-8 w-full rounded-md border border-dashed border-line-strong bg-transparent px-2 text-[13px] text-accent-ink"
            value=""
            onChange={(event) => {
              const chosen = event.target.value;
              if (chosen !== "@new") {
                set([...path, chosen], "");
                return;
              }
              const name = freeName("new_meaning", branchAt(content, ["meanings"]));
              change((before) => put(put(before, ["meanings", name], { phrases: [] }), [...path, name], ""));
              setOpen(name);
            }}
          >
            <option value="">+ When the caller means…</option>
            <option value="@new">Something new</option>
            {free.map((name) => (
              <option key={name} value={name}>
                {words(name)}
              </option>
            ))}
          </select>
        </div>
      )}
    </fieldset>
  );
}

function AnswerRow({ path, meaning, open, onOpen }: { path: Path; meaning: string; open: boolean; onOpen: () => void }) {
  const { content, set } = useEditing();
  const { value, error, warning, readOnly } = useField(path);
  const known = isBranch(branchAt(content, ["meanings"])) && Object.hasOwn(branchAt(content, ["meanings"]), meaning);
  return (
    <>
      <div className="flex items-center gap-1 py-1 pr-1 pl-1">
        <button
          type="button"
          aria-expanded={open}
          onClick={onOpen}
          className="flex min-w-0 basis-2/5 items-center gap-1 rounded px-1 py-1 text-left text-[13px] font-medium text-caller hover:bg-sunken"
        >
          <ChevronRight className={cx("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")} aria-hidden />
          <span className="truncate">{words(meaning)}</span>
        </button>
        <div className="min-w-0 flex-1">
          <StepPicker
            label={`Where “${words(meaning)}” leads`}
            value={typeof value === "string" ? value : ""}
            onChange={(name) => set(path, name)}
            disabled={readOnly}
            wrong={error !== undefined}
          />
        </div>
        {!readOnly && (
          <IconButton label={`Remove ${words(meaning)}`} className="w-7 shrink-0" onClick={() => set(path, undefined)}>
            <Trash2 className="size-3.5" aria-hidden />
          </IconButton>
        )}
      </div>
      {(error ?? warning) && <p className={cx("px-2.5 pb-1.5 text-xs", error ? "text-bad" : "text-warn")}>{error ?? warning}</p>}
      {open && (
        <div className="border-t border-line px-3 py-3">
          {known || meaning === "yes" || meaning === "no" ? (
            <MeaningFields name={meaning} />
          ) : (
            <p className="text-xs text-muted">This meaning has no example phrases yet.</p>
          )}
        </div>
      )}
    </>
  );
}

/** Give a meaning another name, wherever it is answered. */
export function renameMeaning(content: Content, from: string, to: string): Content {
  const inMap = (changed: Content, path: Path) => {
    const map = branchAt(changed, path);
    return Object.hasOwn(map, from) ? put(changed, path, renamed(map, from, to)) : changed;
  };
  let changed = inMap(inMap(content, ["meanings"]), ["global_steps"]);
  for (const name of Object.keys(stepsOf(content))) changed = inMap(changed, ["steps", name, "answers"]);
  return changed;
}

/** A meaning's phrases and keywords. A plain list stands for its phrases. */
export function MeaningFields({ name }: { name: string }) {
  const { content, codes, set, change, readOnly } = useEditing();
  const path = ["meanings", name];
  const { value, error } = useField(path);
  const built = name === "yes" || name === "no";
  const whole = isBranch(value) && ("phrases" in value || "keywords" in value || "in_a_story" in value);
  const phrases: Value | undefined = whole ? value["phrases"] : value;
  const used = Object.values(stepsOf(content)).filter((step) => Object.hasOwn(branchAt(step, ["answers"]), name)).length;
  const write = (field: string, next: Value | undefined) => {
    if (!whole && field === "phrases") set(path, next ?? []);
    else set(path, { ...(whole ? value : phrases === undefined ? {} : { phrases }), [field]: next ?? [] });
  };
  return (
    <div className="flex flex-col gap-3">
      {!built && (
        <NameInput
          label="Name"
          name={name}
          taken={branchAt(content, ["meanings"])}
          readOnly={readOnly}
          onRename={(to) => change((before) => renameMeaning(before, name, asName(to)))}
        />
      )}
      {codes.map((code) => (
        <LinesBox
          key={code}
          label={code ? `Callers say (${languageName(code)})` : "Callers say"}
          hint={`One phrase on each line, in small letters.${built ? " Yes and no are understood anyway." : used > 1 ? ` Used in ${used} steps.` : ""}`}
          lines={wordingsOf(phrases, codes)[code] ?? []}
          readOnly={readOnly}
          onChange={(lines) => write("phrases", textFrom({ ...wordingsOf(phrases, codes), [code]: lines }, codes))}
        />
      ))}
      {codes.map((code) => {
        const keywords = whole ? value["keywords"] : undefined;
        return (
          <LinesBox
            key={code}
            label={code ? `Or any of these words (${languageName(code)})` : "Or any of these words"}
            hint="They say it wherever they stand."
            lines={wordingsOf(keywords, codes, true)[code] ?? []}
            readOnly={readOnly}
            onChange={(lines) => write("keywords", textFrom({ ...wordingsOf(keywords, codes, true), [code]: lines }, codes))}
          />
        );
      })}
      <Check
        label="Also in a story"
        hint="It leads away even when it is only a part of what a caller tells in free words."
        on={whole && value["in_a_story"] === true}
        disabled={readOnly}
        onChange={(on) => set(path, { ...(whole ? value : { phrases: phrases ?? [] }), in_a_story: on })}
      />
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

/** Lines of text; what is typed stays as typed until the field is left. */
export function LinesBox({ label, hint, lines, readOnly, onChange }: {
  label: string;
  hint?: string;
  lines: readonly string[];
  readOnly: boolean;
  onChange: (lines: string[]) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label className="block text-[13px] font-medium">
      {label}
      <TextArea
        className="mt-1 field-sizing-content max-h-60 min-h-16 font-normal"
        readOnly={readOnly}
        value={typed ?? lines.join("\n")}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(event.target.value.split("\n").map((line) => line.trim()).filter(Boolean));
        }}
        onBlur={() => setTyped(null)}
      />
      {hint && <span className="mt-1 block text-xs font-normal text-faint">{hint}</span>}
    </label>
  );
}

