/** Which slot a question fills: none, one that is there, or a new one. */
import { Field, Select } from "@/ui/Field";
import { branchAt, freeName, type Path, put, textAt, without } from "../model/content";
import { useEditing, useField } from "./editing";
import { SLOT_KINDS } from "./SlotFields";

const NEW = "@new:";

export function SlotPicker({ path }: { path: Path }) {
  const { content, change, readOnly } = useEditing();
  const { value, error } = useField([...path, "slot"]);
  const slots = Object.keys(branchAt(content, ["slots"]));
  const slot = typeof value === "string" ? value : "";
  const choose = (chosen: string) =>
    change((before) => {
      if (chosen === "") {
        let step = branchAt(before, path);
        for (const field of ["slot", "next", "any_time", "confirm", "counted"]) step = without(step, field);
        return put(before, path, step);
      }
      let changed = before;
      let name = chosen;
      if (chosen.startsWith(NEW)) {
        const kind = chosen.slice(NEW.length);
        name = freeName(kind, branchAt(before, ["slots"]));
        changed = put(changed, ["slots", name], SLOT_KINDS.find((each) => each.kind === kind)?.fresh ?? { kind });
      }
      changed = put(changed, [...path, "slot"], name);
      changed = put(changed, [...path, "awaits"], undefined);
      if (textAt(changed, [...path, "next"]) === "") changed = put(changed, [...path, "next"], "");
      return changed;
    });
  return (
    <Field label="Slot" error={error} hint={slot ? undefined : "Without one, only what callers mean counts."}>
      <Select value={slot} disabled={readOnly} onChange={(event) => choose(event.target.value)}>
        <option value="">None</option>
        {slot && !slots.includes(slot) && <option value={slot}>{slot} (does not exist)</option>}
        <optgroup label="Slots">
          {slots.map((name) => (
            <option key={name} value={name}>
              {name.replaceAll("_", " ")}
            </option>
          ))}
        </optgroup>
        <optgroup label="A new slot">
          {SLOT_KINDS.map(({ kind, name }) => (
            <option key={kind} value={NEW + kind}>
              New: {name}
            </option>
          ))}
        </optgroup>
      </Select>
    </Field>
  );
}
