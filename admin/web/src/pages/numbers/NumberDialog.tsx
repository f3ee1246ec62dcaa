/** What a number runs. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Input, Select } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { Trouble } from "@/ui/Page";
import { toast } from "@/ui/Toasts";
import { CanaryFields } from "./CanaryFields";
import { type CanaryTyped, sentence, settingOf, typedOf, USUAL } from "./canary";
import { flowsQuery, numbersQuery, OTHERS, type PhoneNumber } from "./queries";

interface Props {
  /** Null: a new one. */
  number: PhoneNumber | null;
  taken: string[];
  onClose: () => void;
}

export function NumberDialog({ number, taken: there, onClose }: Props) {
  const client = useQueryClient();
  const flows = useQuery(flowsQuery);
  const published = flows.data?.rows.filter((flow) => flow.published !== null) ?? [];
  const [digits, setDigits] = useState(number?.number ?? "");
  const [flow, setFlow] = useState(number?.flow ?? "");
  const [label, setLabel] = useState(number?.label ?? "");
  const running = number?.canary?.state === "running" ? number.canary : null;
  const [canary, setCanary] = useState<CanaryTyped | null>(running && typedOf(running));
  const [sure, setSure] = useState(false);
  const path = { number: digits.replace(/[\s().-]/g, "") };
  const done = (said: string) => {
    toast.success(said);
    void client.invalidateQueries({ queryKey: numbersQuery.queryKey });
    onClose();
  };
  const save = useMutation({
    mutationFn: () =>
      taken(api.PUT("/numbers/{number}", { params: { path }, body: { flow, label, canary: canary && settingOf(canary) } })),
    onSuccess: () => done("Saved. New calls run it at once."),
  });
  const forget = useMutation({
    mutationFn: () => taken(api.DELETE("/numbers/{number}", { params: { path } })),
    onSuccess: () => done("The number runs what all others run."),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const trouble = save.error ?? forget.error;
  return (
    <Modal open onOpenChange={onClose} title={number ? "Change a number" : "A number of yours"}>
      {flows.error && <Trouble error={flows.error} />}
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {!number && (
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              disabled={there.includes(OTHERS)}
              checked={digits === OTHERS}
              onChange={(event) => setDigits(event.target.checked ? OTHERS : "")}
            />
            All other numbers
          </label>
        )}
        {digits !== OTHERS && (
          <Field label="Number" hint="With + and the country, like +1 503 555 0123.">
            <Input
              required
              autoFocus={!number}
              type="tel"
              readOnly={Boolean(number)}
              pattern="\+[1-9][0-9 ().\-]{6,20}"
              title="+ and the country first, like +15035550123"
              value={digits}
              onChange={(event) => setDigits(event.target.value)}
            />
          </Field>
        )}
        <Field
          label="Flow"
          hint={
            flows.data && published.length === 0
              ? "No flow is published yet: publish one first."
              : "Its latest published version, from the next call on."
          }
        >
          <Select required value={flow} onChange={(event) => setFlow(event.target.value)}>
            <option value="">Choose…</option>
            {published.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </Select>
        </Field>
        <Field label="Label" hint="For people; callers never hear it.">
          <Input maxLength={128} value={label} onChange={(event) => setLabel(event.target.value)} />
        </Field>
        {number && (
          <div className="flex flex-col gap-2">
            <label className="flex items-start gap-2">
              <input
                type="checkbox"
                className="mt-0.5 size-4 accent-accent"
                checked={canary !== null}
                onChange={(event) => setCanary(event.target.checked ? USUAL : null)}
              />
              <span>
                Try the latest version out on a share of the calls
                <span className="block text-[13px] text-muted">
                  It is withdrawn by itself when it does worse than you say.
                </span>
              </span>
            </label>
            {canary && <CanaryFields typed={canary} onChange={setCanary} />}
            {number.canary && <p className="text-[13px] text-muted">{sentence(number.canary)}</p>}
          </div>
        )}
        {trouble && (
          <p role="alert" className="text-bad">
            {trouble.message}
          </p>
        )}
        <div className="flex gap-2">
          {number && (
            <Button
              variant="danger"
              busy={forget.isPending}
              onBlur={() => setSure(false)}
              onClick={() => (sure ? forget.mutate() : setSure(true))}
            >
              {sure ? "Really remove" : "Remove"}
            </Button>
          )}
          <Button type="submit" variant="primary" className="ml-auto" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
