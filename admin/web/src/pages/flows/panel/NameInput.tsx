/** A name that many places refer to: it changes when the field is left, and everywhere at once. */
import { useState } from "react";
import { Field, Input } from "@/ui/Field";
import { asName } from "../model/content";

export function NameInput({ label, name, taken, readOnly, onRename, hint }: {
  label: string;
  name: string;
  taken: Readonly<Record<string, unknown>>;
  readOnly: boolean;
  onRename: (to: string) => void;
  hint?: string;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const wanted = typed === null ? name : asName(typed);
  const wrong =
    typed === null || wanted === name
      ? undefined
      : wanted === ""
        ? "Give it a name with letters."
        : Object.hasOwn(taken, wanted)
          ? `There is a '${wanted}' already.`
          : undefined;
  const finish = () => {
    if (typed !== null && !wrong && wanted !== name) onRename(wanted);
    setTyped(null);
  };
  return (
    <Field label={label} error={wrong} hint={typed !== null && wanted && wanted !== typed ? `It will be called ${wanted}.` : hint}>
      <Input
        value={typed ?? name}
        readOnly={readOnly}
        className="font-mono text-[13px]"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setTyped(null);
        }}
      />
    </Field>
  );
}
