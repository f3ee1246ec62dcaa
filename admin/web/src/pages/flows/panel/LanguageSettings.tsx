/** The languages of a flow, and when a call goes on in another one. */
import { Languages as LanguagesIcon, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { languageName } from "@/ui/languages";
import { isList, put, textAt } from "../model/content";
import { missingTexts } from "../model/drafting";
import { recognises, recognising } from "../model/recognition";
import { DraftAllDialog } from "./DraftAllDialog";
import { useLanguages } from "./drafts";
import { useEditing, useField } from "./editing";
import { Check, Dial, NumberField, Section } from "./fields";

export function LanguageSettings() {
  return (
    <>
      <Section title="Languages">
        <Languages />
      </Section>
      <Section title="The caller’s language">
        <Recognition />
      </Section>
    </>
  );
}

const PATH = ["recognise_language"];

/** Whether a call goes on in the caller's language by itself, and how sure that must be. */
function Recognition() {
  const { error, value, set, readOnly } = useField(PATH, false);
  const { error: wrongSwitch } = useField([...PATH, "on"]);
  const on = recognises(value);
  const wrong = error ?? wrongSwitch;
  return (
    <>
      <Check
        label="Recognised by how they speak"
        hint={wrong ?? "A call goes on in it where the flow speaks it; else the caller is told, once, which languages it speaks."}
        wrong={wrong !== undefined}
        on={on}
        disabled={readOnly}
        onChange={(next) => set(recognising(value, next))}
      />
      {on && (
        <>
          <Dial path={[...PATH, "sure"]} label="Sure enough at once" ends={["changes soon", "only when sure"]} otherwise={0.9} />
          <NumberField path={[...PATH, "words"]} label="With at least" unit="words said" otherwise={2} least={1} most={20} />
          <Dial path={[...PATH, "likely"]} label="Likely enough twice in a row" ends={["changes soon", "only when sure"]} otherwise={0.75} />
        </>
      )}
    </>
  );
}

function Languages() {
  const { content, set, change, readOnly } = useEditing();
  const { error } = useField(["languages"]);
  const known = useLanguages().flatMap((language) => language.tags);
  const missing = useMemo(() => missingTexts(content), [content]);
  const [drafting, setDrafting] = useState(false);
  const several = isList(content["languages"]) ? content["languages"].map(String) : [];
  const tags = several.length > 0 ? several : [textAt(content, ["language"]) || "en-US"];
  const write = (next: string[]) =>
    change((before) => {
      const [first = "en-US"] = next;
      const one = next.length < 2;
      const changed = put(before, ["language"], first);
      return put(changed, ["languages"], one ? undefined : next);
    });
  return (
    <div className="flex flex-col gap-2">
      {tags.map((tag, index) => (
        <div key={tag} className="flex items-center gap-2">
          <span className="flex-1">
            {languageName(tag)} {index === 0 && tags.length > 1 && <span className="text-xs text-faint">a call begins in it</span>}
          </span>
          {!readOnly && index > 0 && (
            <Button size="small" variant="quiet" onClick={() => write([tag, ...tags.filter((each) => each !== tag)])}>
              Make first
            </Button>
          )}
          {!readOnly && tags.length > 1 && (
            <IconButton label={`Remove ${languageName(tag)}`} className="w-7" onClick={() => write(tags.filter((each) => each !== tag))}>
              <Trash2 className="size-3.5" aria-hidden />
            </IconButton>
          )}
        </div>
      ))}
      {!readOnly && (
        <select
          aria-label="Add a language"
          className="h-8 rounded-md border border-dashed border-line-strong bg-transparent px-2 text-[13px] text-accent-ink"
          value=""
          onChange={(event) => (event.target.value.startsWith("=") ? set(["language"], event.target.value.slice(1)) : write([...tags, event.target.value]))}
        >
          <option value="">+ Another language</option>
          {known.filter((tag) => !tags.some((each) => each.split("-")[0] === tag.split("-")[0])).map((tag) => (
            <option key={tag} value={tag}>
              {languageName(tag)}
            </option>
          ))}
          {tags.length === 1 &&
            known.filter((tag) => tag !== tags[0]).map((tag) => (
              <option key={tag} value={`=${tag}`}>
                {languageName(tag)} instead
              </option>
            ))}
        </select>
      )}
      {error && <p className="text-xs text-bad">{error}</p>}
      <p className="text-xs text-faint">Each text then has a tab for each language.</p>
      {!readOnly && missing.length > 0 && (
        <Button onClick={() => setDrafting(true)}>
          <LanguagesIcon className="size-4" aria-hidden />
          Draft {missing.length === 1 ? "the missing text" : `all ${missing.length} missing texts`}
        </Button>
      )}
      {drafting && <DraftAllDialog missing={missing} onClose={() => setDrafting(false)} />}
    </div>
  );
}
