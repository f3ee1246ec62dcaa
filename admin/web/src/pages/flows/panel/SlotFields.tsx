/** What callers can be asked for: the kind of a slot and what that kind takes. */
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { Field, Input, Select } from "@/ui/Field";
import { languageName } from "@/ui/languages";
import { asName, branchAt, type Branch, type Content, put, renamed, stepsOf, textAt } from "../model/content";
import { textFrom, wordingsOf } from "../model/texts";
import { useEditing, useField } from "./editing";
import { ChoiceField, NumberField, WordsField } from "./fields";
import { LinesBox } from "./MeaningFields";
import { NameInput } from "./NameInput";

export const SLOT_KINDS: readonly { kind: string; name: string; fresh: Branch }[] = [
  { kind: "digits", name: "Digits", fresh: { kind: "digits", digits: 6 } },
  { kind: "order_number", name: "Order number", fresh: { kind: "order_number", format: "AA9999" } },
  { kind: "phone", name: "Phone number", fresh: { kind: "phone" } },
  { kind: "email", name: "E-mail", fresh: { kind: "email" } },
  { kind: "date", name: "Date", fresh: { kind: "date" } },
  { kind: "time", name: "Time of day", fresh: { kind: "time" } },
  { kind: "money", name: "Money", fresh: { kind: "money" } },
  { kind: "spelled_name", name: "Spelled name", fresh: { kind: "spelled_name" } },
  { kind: "yes_no", name: "Yes or no", fresh: { kind: "yes_no" } },
  { kind: "choice", name: "One of a few", fresh: { kind: "choice", choices: { first: ["the first"], second: ["the second"] } } },
  { kind: "free_words", name: "Free words", fresh: { kind: "free_words" } },
];

const COUNTRIES = [
  ["US", "United States"],
  ["GB", "United Kingdom"],
  ["ES", "Spain"],
  ["MX", "Mexico"],
] as const;

/** Give a slot another name, wherever it is used: in questions, texts, arguments, decisions. */
export function renameSlot(content: Content, from: string, to: string): Content {
  const blank = new RegExp(`\\{${from}(?=[}.:])`, "g");
  const reworded = (value: unknown): unknown => {
    if (typeof value === "string") return value.replace(blank, `{${to}`);
    if (Array.isArray(value)) return value.map(reworded);
    if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, reworded(each)]));
    return value;
  };
  let changed = reworded(content) as Content;
  changed = put(changed, ["slots"], renamed(branchAt(changed, ["slots"]), from, to));
  for (const [name, step] of Object.entries(stepsOf(changed))) {
    if (step["slot"] === from) changed = put(changed, ["steps", name, "slot"], to);
    if (step["by"] === from) changed = put(changed, ["steps", name, "by"], to);
  }
  return changed;
}

export function SlotFields({ name }: { name: string }) {
  const { content, change, set, readOnly } = useEditing();
  const path = ["slots", name];
  const { error } = useField(path, false);
  const kind = textAt(content, [...path, "kind"]);
  if (!Object.hasOwn(branchAt(content, ["slots"]), name)) return null;
  return (
    <div className="flex flex-col gap-4 rounded-lg bg-sunken px-3 py-3">
      <NameInput
        label="Slot's name"
        name={name}
        taken={branchAt(content, ["slots"])}
        readOnly={readOnly}
        onRename={(to) => change((before) => renameSlot(before, name, asName(to)))}
      />
      <Field label="What it is" error={error}>
        <Select value={kind} disabled={readOnly} onChange={(event) => set(path, SLOT_KINDS.find((each) => each.kind === event.target.value)?.fresh)}>
          {!SLOT_KINDS.some((each) => each.kind === kind) && <option value={kind}>{kind} (not known)</option>}
          {SLOT_KINDS.map((each) => (
            <option key={each.kind} value={each.kind}>
              {each.name}
            </option>
          ))}
        </Select>
      </Field>
      {kind === "digits" && <NumberField path={[...path, "digits"]} label="How many digits" least={1} most={16} />}
      {kind === "order_number" && (
        <WordsField path={[...path, "format"]} label="As printed" hint="A for each letter, 9 for each digit: AA9999." placeholder="AA9999" />
      )}
      {kind === "phone" && <ChoiceField path={[...path, "country"]} label="Numbers without country code are from" options={COUNTRIES} otherwise="US" />}
      {kind === "date" && (
        <ChoiceField
          path={[...path, "lies"]}
          label="A day without a year is"
          options={[
            ["ahead", "the next one"],
            ["behind", "the last one"],
          ]}
          otherwise="ahead"
        />
      )}
      {kind === "choice" && <Choices path={path} />}
    </div>
  );
}

function Choices({ path }: { path: readonly string[] }) {
  const { content, codes, set, readOnly } = useEditing();
  const [typed, setTyped] = useState("");
  const choices = branchAt(content, [...path, "choices"]);
  return (
    <div className="flex flex-col gap-3">
      {Object.entries(choices).map(([choice, phrases]) => (
        <div key={choice}>
          <div className="flex items-center justify-between">
            <span className="font-mono text-xs">{choice}</span>
            {!readOnly && (
              <IconButton label={`Remove ${choice}`} size="small" className="w-7" onClick={() => set([...path, "choices", choice], undefined)}>
                <Trash2 className="size-3.5" aria-hidden />
              </IconButton>
            )}
          </div>
          {codes.map((code) => (
            <LinesBox
              key={code}
              label={code ? `Callers say (${languageName(code)})` : "Callers say"}
              lines={wordingsOf(phrases, codes)[code] ?? []}
              readOnly={readOnly}
              onChange={(lines) => set([...path, "choices", choice], textFrom({ ...wordingsOf(phrases, codes), [code]: lines }, codes) ?? [])}
            />
          ))}
        </div>
      ))}
      {!readOnly && (
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            const name = asName(typed);
            if (name && !Object.hasOwn(choices, name)) set([...path, "choices", name], [typed.trim().toLowerCase()]);
            setTyped("");
          }}
        >
          <Input aria-label="A new choice" placeholder="morning" value={typed} onChange={(event) => setTyped(event.target.value)} />
          <Button type="submit" disabled={!asName(typed)}>
            Add
          </Button>
        </form>
      )}
    </div>
  );
}
