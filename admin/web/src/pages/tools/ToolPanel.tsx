/** One tool: what it is, what it takes, and trying it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Field, Input, Select, TextArea } from "@/ui/Field";
import { Card } from "@/ui/Page";
import { toast } from "@/ui/Toasts";
import { type ArgumentField, argumentsOf, fieldsOf } from "./fields";
import { HttpToolDialog } from "./HttpToolDialog";
import { httpToolQuery, type Tool, toolsQuery } from "./queries";

export function ToolPanel({ tool }: { tool: Tool }) {
  const owns = useMay("owner");
  const manages = useMay("manager");
  const [editing, setEditing] = useState(false);
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-5 px-6 py-6">
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-mono text-base font-semibold">{tool.name}</h2>
          <Badge tone={tool.reads ? "plain" : "warn"}>{tool.reads ? "only reads" : "changes something"}</Badge>
          {tool.consent && <Badge tone="accent">asks for consent</Badge>}
          {tool.identity && <Badge tone="accent">verified callers only</Badge>}
          <Badge>{tool.kind}</Badge>
          {tool.kind === "http" && (
            <span className="ml-auto flex gap-2">
              <Button size="small" onClick={() => setEditing(true)}>
                {owns ? "Edit description" : "Description"}
              </Button>
              {owns && <RemoveButton name={tool.name} />}
            </span>
          )}
        </div>
        <p className="mt-2">{tool.description}</p>
        <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-[13px] text-muted">
          <div>
            <dt className="inline">Waited for: </dt>
            <dd className="inline">{(tool.timeout_ms / 1_000).toLocaleString()} s</dd>
          </div>
          {tool.retries > 0 && (
            <div>
              <dt className="inline">Asked again: </dt>
              <dd className="inline">up to {tool.retries} times</dd>
            </div>
          )}
          {tool.says && (
            <div>
              <dt className="inline">Says meanwhile: </dt>
              <dd className="inline">“{tool.says}”</dd>
            </div>
          )}
          {tool.kind === "python" && (
            <div>
              <dt className="inline">From: </dt>
              <dd className="inline font-mono">{tool.origin}</dd>
            </div>
          )}
        </dl>
      </div>
      {manages ? <TryCard tool={tool} /> : <ArgumentsCard fields={fieldsOf(tool.arguments)} />}
      {editing && <HttpToolDialog name={tool.name} onClose={() => setEditing(false)} />}
    </div>
  );
}

function ArgumentsCard({ fields }: { fields: ArgumentField[] }) {
  return (
    <Card title="What it takes">
      <ul className="flex flex-col gap-2 p-4">
        {fields.map((field) => (
          <li key={field.name}>
            <code className="font-medium">{field.name}</code>{" "}
            <span className="text-muted">
              {field.required ? "" : "(may be left out) "}
              {field.about}
            </span>
          </li>
        ))}
        {fields.length === 0 && <li className="text-muted">Nothing.</li>}
      </ul>
    </Card>
  );
}

function TryCard({ tool }: { tool: Tool }) {
  const fields = fieldsOf(tool.arguments);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [customer, setCustomer] = useState("");
  const [agreed, setAgreed] = useState(false);
  const trial = useMutation({
    mutationFn: async () =>
      taken(
        api.POST("/tools/{name}/try", {
          params: { path: { name: tool.name } },
          body: { arguments: argumentsOf(fields, typed), customer: customer.trim() || null, agreed },
        }),
      ),
    onSettled: () => setAgreed(false),
  });
  return (
    <Card title="Try it">
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          trial.mutate();
        }}
      >
        {fields.map((field) => (
          <Field
            key={field.name}
            label={field.name}
            hint={[field.about, field.required ? "" : "May be left out."].filter(Boolean).join(" ")}
          >
            <ArgumentInput
              field={field}
              value={typed[field.name] ?? ""}
              onChange={(value) => setTyped((before) => ({ ...before, [field.name]: value }))}
            />
          </Field>
        ))}
        {tool.identity && (
          <Field label="For the customer" hint="Its id, as verify_customer gives it. In a call, the caller proves it.">
            <Input required value={customer} onChange={(event) => setCustomer(event.target.value)} />
          </Field>
        )}
        {!tool.reads && (
          <label className="flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
            <input
              type="checkbox"
              required
              className="mt-1"
              checked={agreed}
              onChange={(event) => setAgreed(event.target.checked)}
            />
            This changes something in earnest, in the real records. Do it.
          </label>
        )}
        <div className="flex items-center gap-3">
          <Button type="submit" variant="primary" busy={trial.isPending}>
            <Play className="size-4" aria-hidden /> Call {tool.name}
          </Button>
          {trial.data && <span className="tabular text-[13px] text-faint">took {trial.data.took_ms} ms</span>}
        </div>
        <div aria-live="polite">
          {trial.error && <p className="text-bad">{trial.error.message}</p>}
          {trial.data?.error && (
            <p className="rounded-md bg-bad-soft px-3 py-2">
              <Badge tone="bad">{trial.data.error}</Badge> {trial.data.message}
            </p>
          )}
          {trial.data?.result && (
            <pre
              tabIndex={0}
              className="max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono text-[12.5px] leading-relaxed"
            >
              {JSON.stringify(trial.data.result, null, 2)}
            </pre>
          )}
        </div>
      </form>
    </Card>
  );
}

interface ArgumentInputProps {
  field: ArgumentField;
  value: string;
  onChange: (value: string) => void;
}

function ArgumentInput({ field, value, onChange }: ArgumentInputProps) {
  const { kind, required } = field;
  if (kind === "choice" || kind === "boolean")
    return (
      <Select required={required} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{required ? "Choose…" : "Left out"}</option>
        {(kind === "boolean" ? ["true", "false"] : field.choices).map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </Select>
    );
  if (kind === "json")
    return (
      <TextArea
        className="font-mono"
        required={required}
        value={value}
        placeholder="JSON"
        onChange={(event) => onChange(event.target.value)}
      />
    );
  return (
    <Input
      required={required}
      value={value}
      type={kind === "date" ? "date" : "text"}
      inputMode={kind === "number" ? "decimal" : undefined}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function RemoveButton({ name }: { name: string }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: async () => {
      const { etag } = await client.fetchQuery(httpToolQuery(name));
      await taken(
        api.DELETE("/http-tools/{name}", { params: { path: { name }, header: { "If-Match": etag } } }),
      );
    },
    onSuccess: () => {
      toast.success(`${name} is removed.`);
      void client.invalidateQueries({ queryKey: toolsQuery.queryKey });
    },
    onError: (error) => toast.error(error.message),
  });
  return (
    <Button
      size="small"
      variant="danger"
      busy={remove.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? remove.mutate() : setAsked(true))}
    >
      <Trash2 className="size-3.5" aria-hidden /> {asked ? "Really remove" : "Remove"}
    </Button>
  );
}
