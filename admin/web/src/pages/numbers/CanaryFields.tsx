/** The part of a number's form that tries the latest version out on some of its calls. */
import { Field, Input, Select } from "@/ui/Field";
import { aboutMetric, type CanaryTyped, METRICS } from "./canary";

interface Props {
  typed: CanaryTyped;
  onChange: (typed: CanaryTyped) => void;
}

export function CanaryFields({ typed, onChange }: Props) {
  const about = aboutMetric(typed.metric);
  return (
    <div className="grid grid-cols-2 gap-3 rounded-md bg-sunken p-3">
      <Field label="Share of calls, %">
        <Input
          type="number"
          min={1}
          max={99}
          required
          value={typed.share}
          onChange={(event) => onChange({ ...typed, share: event.target.value })}
        />
      </Field>
      <Field label="Judged after calls">
        <Input
          type="number"
          min={1}
          max={100_000}
          required
          value={typed.afterCalls}
          onChange={(event) => onChange({ ...typed, afterCalls: event.target.value })}
        />
      </Field>
      <Field label="Withdrawn when">
        <Select
          value={typed.metric}
          onChange={(event) =>
            onChange({ ...typed, metric: event.target.value, threshold: aboutMetric(event.target.value).usual })
          }
        >
          {Object.entries(METRICS).map(([metric, { name }]) => (
            <option key={metric} value={metric}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={`${about.fails}, ${about.unit}`}>
        <Input
          type="number"
          step="any"
          min={0}
          required
          value={typed.threshold}
          onChange={(event) => onChange({ ...typed, threshold: event.target.value })}
        />
      </Field>
    </div>
  );
}
