/** A value written as JSON; it is taken over whenever what is typed can be read. */
import { useState } from "react";
import { Field, TextArea } from "@/ui/Field";
import { isBranch, type Path, type Value } from "../model/content";
import { useField } from "./editing";

export function JsonField({ path, label, hint }: { path: Path; label: string; hint?: string }) {
  const { value, set, error, readOnly } = useField(path);
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  return (
    <Field label={label} hint={hint} error={typed !== null && read(typed) === null ? "This is no JSON object yet." : error}>
      <TextArea
        className="field-sizing-content min-h-16 font-mono text-xs"
        value={shown}
        readOnly={readOnly}
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value);
          if (event.target.value.trim() === "") set(undefined);
          else {
            const next = read(event.target.value);
            if (next !== null) set(next);
          }
        }}
        onBlur={() => typed !== null && (typed.trim() === "" || read(typed) !== null) && setTyped(null)}
      />
    </Field>
  );
}

function read(text: string): Value | null {
  try {
    const found: unknown = JSON.parse(text);
    return isBranch(found) ? found : null;
  } catch {
    return null;
  }
}
