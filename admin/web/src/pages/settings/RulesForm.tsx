/** The rules of the house: recording, the notice, how long what is kept. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, Refusal, type Schemas, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Button, IconButton } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Card } from "@/ui/Page";
import { toast } from "@/ui/Toasts";

type Rules = Schemas["Rules"];
type DaysRule = "keep_recordings_days" | "keep_tapes_days" | "keep_calls_days" | "keep_audit_days";

const DAYS: readonly [DaysRule, string, string][] = [
  ["keep_recordings_days", "Recordings", "The sound of calls."],
  ["keep_tapes_days", "Tapes", "Words and events of calls, and their charts."],
  ["keep_calls_days", "Calls", "A call's entry in the record, and its measures."],
  ["keep_audit_days", "Changes", "Who changed what; 30 days at least."],
];

interface Notice {
  language: string;
  text: string;
}

export function RulesForm({ rules, etag }: { rules: Rules; etag: string }) {
  const owns = useMay("owner");
  const client = useQueryClient();
  const [recording, setRecording] = useState(rules.recording ?? true);
  const [notices, setNotices] = useState<Notice[]>(
    Object.entries(rules.notice ?? {}).map(([language, text]) => ({ language, text })),
  );
  const [days, setDays] = useState<Record<DaysRule, string>>({
    keep_recordings_days: rules.keep_recordings_days?.toString() ?? "",
    keep_tapes_days: rules.keep_tapes_days?.toString() ?? "",
    keep_calls_days: rules.keep_calls_days?.toString() ?? "",
    keep_audit_days: rules.keep_audit_days?.toString() ?? "",
  });
  const save = useMutation({
    mutationFn: () => {
      const count = (rule: DaysRule) => (days[rule].trim() ? Number(days[rule]) : null);
      const body: Rules = {
        recording,
        notice: Object.fromEntries(notices.map(({ language, text }) => [language.trim(), text])),
        keep_recordings_days: count("keep_recordings_days"),
        keep_tapes_days: count("keep_tapes_days"),
        keep_calls_days: count("keep_calls_days"),
        keep_audit_days: count("keep_audit_days"),
      };
      return taken(api.PUT("/settings/rules", { params: { header: { "If-Match": etag } }, body }));
    },
    onSuccess: () => {
      toast.success("Saved. Calls that begin from now on follow it.");
      void client.invalidateQueries({ queryKey: ["settings"] });
    },
  });
  const conflict = save.error instanceof Refusal && save.error.kind === "settings-conflict";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const changeNotice = (at: number, change: Partial<Notice>) =>
    setNotices((before) => before.map((each, index) => (index === at ? { ...each, ...change } : each)));
  return (
    <form onSubmit={submit}>
      <Card title="Recording and retention">
        <fieldset disabled={!owns} className="flex flex-col gap-6 p-4">
          <label className="flex items-start gap-3">
            <input
              type="checkbox"
              className="mt-0.5 size-4 accent-accent"
              checked={recording}
              onChange={(event) => setRecording(event.target.checked)}
            />
            <span>
              <span className="block font-medium">Record calls</span>
              <span className="text-[13px] text-muted">
                Without it no sound is kept. Words and events of a call are written down all the same.
              </span>
            </span>
          </label>
          <div className="flex flex-col gap-3">
            <div>
              <h3 className="font-medium">Said first on every call</h3>
              <p className="text-[13px] text-muted">
                Where the law asks for it, tell callers that they are recorded. One sentence for each language of your
                flows.
              </p>
            </div>
            {notices.map((notice, at) => (
              // The place in the list is what a notice is while it is written.
              <div key={at} className="flex gap-2">
                <Field label={`Language of notice ${at + 1}`} hideLabel className="w-24">
                  <Input
                    required
                    pattern="[a-z]{2,3}(-[A-Z]{2})?"
                    placeholder="en-US"
                    title="A language like en-US or es"
                    value={notice.language}
                    onChange={(event) => changeNotice(at, { language: event.target.value })}
                  />
                </Field>
                <Field label={`Notice ${at + 1}`} hideLabel className="flex-1">
                  <Input
                    required
                    maxLength={600}
                    placeholder="This call is recorded."
                    value={notice.text}
                    onChange={(event) => changeNotice(at, { text: event.target.value })}
                  />
                </Field>
                <IconButton
                  label={`Remove notice ${at + 1}`}
                  onClick={() => setNotices((before) => before.filter((_, index) => index !== at))}
                >
                  <Trash2 className="size-4" aria-hidden />
                </IconButton>
              </div>
            ))}
            {owns && notices.length < 8 && (
              <Button
                size="small"
                className="self-start"
                onClick={() => setNotices((before) => [...before, { language: before.length ? "es" : "en-US", text: "" }])}
              >
                <Plus className="size-3.5" aria-hidden /> Notice
              </Button>
            )}
          </div>
          <div>
            <h3 className="font-medium">Kept for so many days</h3>
            <p className="mb-3 text-[13px] text-muted">Empty: for ever. What is older is removed every hour.</p>
            <div className="grid gap-4 sm:grid-cols-2">
              {DAYS.map(([rule, name, about]) => (
                <Field key={rule} label={name} hint={about}>
                  <Input
                    type="number"
                    min={rule === "keep_audit_days" ? 30 : 1}
                    max={3650}
                    placeholder="for ever"
                    value={days[rule]}
                    onChange={(event) => setDays((before) => ({ ...before, [rule]: event.target.value }))}
                  />
                </Field>
              ))}
            </div>
          </div>
        </fieldset>
        <div className="flex flex-wrap items-center justify-end gap-3 border-t border-line px-4 py-3">
          {save.error && (
            <p role="alert" className="flex-1 text-[13px] text-bad">
              {save.error instanceof Refusal && Object.values(save.error.fields).length
                ? Object.values(save.error.fields).join(" ")
                : save.error.message}
            </p>
          )}
          {!owns && <p className="flex-1 text-[13px] text-faint">Owners change these.</p>}
          {conflict && (
            <Button onClick={() => void client.invalidateQueries({ queryKey: ["settings"] })}>Look at theirs</Button>
          )}
          {owns && (
            <Button type="submit" variant="primary" busy={save.isPending}>
              Save
            </Button>
          )}
        </div>
      </Card>
    </form>
  );
}
