/** What holds for the whole flow: name, voice, languages, dials, what can be known, meant and reached. */
import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { asName, branchAt, type Branch, freeName, isList, type Path, textAt, type Value } from "../model/content";
import { words } from "../model/graph";
import { errorsAmong } from "../model/problems";
import { useEditing, useField } from "./editing";
import { ChoiceField, Dial, DIALS, NumberField, Section, StepField, Toggle, WordsField } from "./fields";
import { LanguageSettings } from "./LanguageSettings";
import { KeysField } from "./MapFields";
import { AnswersField, MeaningFields } from "./MeaningFields";
import { SLOT_KINDS, SlotFields } from "./SlotFields";
import { RoundsField, TextField } from "./TextField";

const VOICES = [
  ["house", "House"],
  ["mike", "Mike"],
  ["paul", "Paul"],
  ["fay", "Fay"],
  ["fern", "Fern"],
] as const;
const CURRENCIES = [
  ["USD", "US dollars"],
  ["EUR", "Euros"],
  ["GBP", "Pounds"],
] as const;

export function FlowSettings({ focus }: { focus: Path }) {
  const { content } = useEditing();
  const place = focus[0] ?? "";
  return (
    <div>
      <Section title="Flow">
        <WordsField path={["title"]} label="Title" />
        <StepField path={["start"]} label="A call begins at" />
        <ChoiceField path={["currency"]} label="Amounts are in" options={CURRENCIES} otherwise="USD" />
      </Section>
      <LanguageSettings />
      <Section title="Voice">
        <ChoiceField path={["voice", "name"]} label="Who speaks" options={VOICES} otherwise="house" />
        <Slide path={["voice", "speed"]} label="Speed" ends={["slower", "faster"]} least={0.7} most={1.4} otherwise={1} />
        <Slide path={["voice", "pitch"]} label="Pitch" ends={["deeper", "higher"]} least={0} most={1} otherwise={0.5} />
        <ChoiceField path={["engine"]} label="Engine" options={[["native", "Tandem’s own model"]]} otherwise="native" />
      </Section>
      <Section title="How the floor is held">
        {DIALS.map(([dial, label, ends]) => (
          <Dial key={dial} path={["dials", dial]} label={label} ends={ends} otherwise={0.5} />
        ))}
      </Section>
      <Section title="How sure words must be">
        <Dial path={["sureness", "understand"]} label="To be understood" ends={["guesses", "asks again"]} otherwise={0.35} />
        <Dial path={["sureness", "act"]} label="To transfer or hang up" ends={["at once", "only when sure"]} otherwise={0.5} />
        <Dial path={["sureness", "believe"]} label="Not to read a number back" ends={["seldom reads back", "often reads back"]} otherwise={0.75} />
      </Section>
      <Section title="Words that fit no phrase">
        <Toggle
          path={["classification", "allowed"]}
          label="A language model may tell what they mean"
          hint="Where one is set up. It chooses among what the flow listens for, and never gives consent."
          otherwise
        />
        <NumberField path={["classification", "within_ms"]} label="Wait for it at most" unit="s" scale={1000} otherwise={1500} least={500} most={120000} step={0.5} />
      </Section>
      <Section title="When it goes wrong">
        <NumberField path={["silence", "after_ms"]} label="Nobody speaks for" unit="s" scale={1000} otherwise={6000} least={500} most={120000} step={0.5} />
        <RoundsField path={["silence", "says"]} label="Then it says" />
        <StepField path={["silence", "then"]} label="And if nobody answers" />
        <NumberField path={["misunderstood", "at_most"]} label="Not understood" unit="times in a row" otherwise={3} least={1} most={10} />
        <StepField path={["misunderstood", "then"]} label="Then" />
        <StepField path={["trouble"]} label="When something to be said is not known" />
        <TextField path={["resuming"]} label="Taking up what was talked over" />
        <TextField path={["talked_over"]} label="To words during a look-up that were not understood" />
      </Section>
      <Section title="At any point">
        <AnswersField path={["global_steps"]} label="Whenever the caller means…" />
        <KeysField path={["global_keys"]} label="Or presses a key…" hint="Wherever no number is asked for, as on a keypad: 2 for Spanish." />
      </Section>
      <Entries
        title="Meanings"
        path={["meanings"]}
        focus={place === "meanings" ? (focus[1] ?? "") : ""}
        noun="meaning"
        about={(_, value) => `${isList(value) ? value.length : isList(branchAt({ value }, ["value"])["phrases"]) ? (branchAt({ value }, ["value"])["phrases"] as readonly Value[]).length : 1} phrases`}
        fresh={{ phrases: [] }}
      >
        {(name) => <MeaningFields name={name} />}
      </Entries>
      <Entries
        title="Slots"
        path={["slots"]}
        focus={place === "slots" ? (focus[1] ?? "") : ""}
        noun="slot"
        about={(_, value) => SLOT_KINDS.find((each) => each.kind === textAt(value, ["kind"]))?.name ?? ""}
        fresh={{ kind: "digits", digits: 6 }}
      >
        {(name) => <SlotFields name={name} />}
      </Entries>
      <Entries
        title="Destinations"
        path={["destinations"]}
        focus={place === "destinations" ? (focus[1] ?? "") : ""}
        noun="destination"
        about={(_, value) => textAt(value, ["number"])}
        fresh={{ title: "", number: "" }}
      >
        {(name) => (
          <>
            <WordsField path={["destinations", name, "title"]} label="Who answers there" />
            <WordsField path={["destinations", name, "number"]} label="Number" hint="With country code: +15035550100." placeholder="+15035550100" />
          </>
        )}
      </Entries>
      <Entries title="Words used in texts" path={["values"]} focus={place === "values" ? (focus[1] ?? "") : ""} noun="word" about={(_, value) => textAt({ value }, ["value"])} fresh="">
        {(name) => <WordsField path={["values", name]} label={`{${name}} is`} />}
      </Entries>
      <p className="px-4 py-4 text-xs text-faint">
        Called <span className="font-mono">{textAt(content, ["name"])}</span> where numbers and calls name it.
      </p>
    </div>
  );
}

function Slide({ path, label, ends, least, most, otherwise }: {
  path: Path;
  label: string;
  ends: readonly [string, string];
  least: number;
  most: number;
  otherwise: number;
}) {
  const { value, set, error, readOnly } = useField(path);
  const shown = typeof value === "number" ? value : otherwise;
  return (
    <Field label={`${label}: ${shown.toFixed(2)}`} error={error}>
      <input
        type="range"
        aria-label={label}
        min={least}
        max={most}
        step={0.05}
        value={shown}
        disabled={readOnly}
        onChange={(event) => set(Number(event.target.value))}
        className="w-full accent-(--accent)"
      />
      <div className="flex justify-between text-xs text-faint">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </Field>
  );
}

function Entries({ title, path, focus, noun, about, fresh, children }: {
  title: string;
  path: Path;
  focus: string;
  noun: string;
  about: (name: string, value: Value) => string;
  fresh: Branch | string;
  children: (name: string) => ReactNode;
}) {
  const { content, set, readOnly, problems } = useEditing();
  const [open, setOpen] = useState(focus);
  const [typed, setTyped] = useState("");
  const entries = branchAt(content, path);
  const shown = Object.hasOwn(entries, open) ? open : "";
  const wrong = (name: string) => errorsAmong(problems).some((problem) => problem.path[0] === path[0] && problem.path[1] === name);
  return (
    <Section title={`${title} (${Object.keys(entries).length})`}>
      <ul className="-my-1 flex flex-col">
        {Object.entries(entries).map(([name, value]) => (
          <li key={name} className="border-b border-line last:border-b-0">
            <div className="flex items-center">
              <button
                type="button"
                aria-expanded={name === shown}
                onClick={() => setOpen(name === shown ? "" : name)}
                className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded px-1 text-left hover:bg-sunken"
              >
                <span className="truncate font-medium">{words(name)}</span>
                {wrong(name) && <span className="size-1.5 rounded-full bg-bad" title="There is a problem" />}
                <span className="ml-auto truncate pl-2 text-xs text-faint">{about(name, value)}</span>
              </button>
              {!readOnly && (
                <IconButton label={`Remove ${words(name)}`} className="w-7" onClick={() => set([...path, name], undefined)}>
                  <Trash2 className="size-3.5" aria-hidden />
                </IconButton>
              )}
            </div>
            {name === shown && <div className="flex flex-col gap-4 px-1 pt-2 pb-4">{children(name)}</div>}
          </li>
        ))}
      </ul>
      {!readOnly && (
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            const name = freeName(asName(typed) || noun, entries);
            set([...path, name], fresh);
            setOpen(name);
            setTyped("");
          }}
        >
          <Input aria-label={`Name of a new ${noun}`} placeholder={`New ${noun}`} value={typed} onChange={(event) => setTyped(event.target.value)} />
          <Button type="submit" disabled={!asName(typed)}>
            Add
          </Button>
        </form>
      )}
    </Section>
  );
}
