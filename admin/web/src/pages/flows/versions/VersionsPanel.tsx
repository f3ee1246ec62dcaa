/** A flow's versions: what each changed, and one press back to any of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, History, Undo2 } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { runBy, sentence, type Trying, trialsOf } from "@/pages/numbers/canary";
import { numberNamed, numbersQuery } from "@/pages/numbers/queries";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Field, TextArea } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { Empty, LoadingRows, Trouble } from "@/ui/Page";
import { ago, moment } from "@/ui/time";
import { toast } from "@/ui/Toasts";
import type { DraftStore } from "../draft/store";
import { type Version, versionQuery, versionsQuery } from "../queries";
import { CompareDialog, type Side } from "./CompareDialog";
import { download } from "./download";

export function VersionsPanel({ name, store }: { name: string; store: DraftStore }) {
  const versions = useQuery(versionsQuery(name));
  const numbers = useQuery(numbersQuery);
  const manages = useMay("manager");
  const [compared, setCompared] = useState<{ before: Side; after: Side } | null>(null);
  const [back, setBack] = useState<Version | null>(null);
  const client = useQueryClient();
  if (versions.error) return <div className="p-4"><Trouble error={versions.error} retry={() => void versions.refetch()} /></div>;
  if (!versions.data) return <LoadingRows rows={4} />;
  const { rows } = versions.data;
  const [newest] = rows;
  if (!newest) {
    return (
      <Empty icon={History} title="Not published yet">
        Every version that is published stays here, with what it changed and a way back to it.
      </Empty>
    );
  }
  const trials = trialsOf(numbers.data ?? [], name);
  const save = async (number: number) => {
    const version = await client.fetchQuery(versionQuery(name, number));
    download(version.yaml, `${name}-${number}.yaml`, "application/yaml");
  };
  return (
    <>
      <div className="border-b border-line px-4 py-3">
        <Button size="small" onClick={() => setCompared({ before: newest.number, after: "draft" })}>
          Compare the draft with version {newest.number}
        </Button>
      </div>
      <ol>
        {rows.map((version, index) => {
          const earlier = rows[index + 1];
          const runs = runBy(version.number, index === 0, trials);
          return (
            <li key={version.number} className="border-b border-line px-4 py-3">
              <div className="flex items-center gap-2">
                <span className="font-medium">Version {version.number}</span>
                {runs && <Badge tone={runs.tone}>{runs.text}</Badge>}
                {version.equal_to !== null && <Badge>as version {version.equal_to}</Badge>}
              </div>
              <p className="mt-1 break-words">{version.note}</p>
              <p className="mt-0.5 text-xs text-faint" title={moment(version.published_at)}>
                {version.published_by}, {ago(version.published_at)}
              </p>
              <Trials trials={trials.filter(({ canary }) => canary.version === version.number)} flow={name} />
              <div className="mt-2 flex flex-wrap gap-1">
                {earlier && (
                  <Button size="small" variant="quiet" onClick={() => setCompared({ before: earlier.number, after: version.number })}>
                    What changed
                  </Button>
                )}
                {index > 0 && manages && (
                  <Button size="small" variant="quiet" onClick={() => setBack(version)}>
                    <Undo2 className="size-3.5" aria-hidden /> Go back to it
                  </Button>
                )}
                <IconButton label={`Export version ${version.number} as YAML`} size="small" className="w-7" onClick={() => void save(version.number)}>
                  <Download className="size-3.5" aria-hidden />
                </IconButton>
              </div>
            </li>
          );
        })}
      </ol>
      {compared && <CompareDialog name={name} store={store} versions={rows.map((row) => row.number)} before={compared.before} after={compared.after} onClose={() => setCompared(null)} />}
      {back && <RollBackDialog name={name} version={back} onClose={() => setBack(null)} />}
    </>
  );
}

/** How a version that is tried out does, and where that is changed. */
function Trials({ trials, flow }: { trials: readonly Trying[]; flow: string }) {
  if (trials.length === 0) return null;
  const link = "text-accent-ink underline underline-offset-2";
  return (
    <div className="mt-2 rounded-md bg-sunken px-3 py-2 text-[13px]">
      {trials.map(({ number, canary }) => (
        <p key={number} className="py-0.5">
          {trials.length > 1 && <span className="font-medium">{numberNamed(number)}: </span>}
          {sentence(canary)}
        </p>
      ))}
      <p className="mt-1 flex gap-4">
        <Link to="/numbers" className={link}>
          Numbers
        </Link>
        <Link to="/insights" search={{ flow }} className={link}>
          Both versions side by side
        </Link>
      </p>
    </div>
  );
}

function RollBackDialog({ name, version, onClose }: { name: string; version: Version; onClose: () => void }) {
  const client = useQueryClient();
  const [note, setNote] = useState(`Back to version ${version.number}`);
  const rollBack = useMutation({
    mutationFn: () => taken(api.POST("/flows/{name}/roll-back", { params: { path: { name } }, body: { to: version.number, note: note.trim() } })),
    onSuccess: (next) => {
      toast.success(`Version ${next.number}, the same as ${version.number}, is published. New calls run it.`);
      void client.invalidateQueries({ queryKey: ["flows"], predicate: (query) => query.queryKey[1] !== "draft" });
      void client.invalidateQueries({ queryKey: numbersQuery.queryKey });
      onClose();
    },
  });
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Go back to version ${version.number}`}
      about="New calls run it at once, as a new version. The draft stays as it is, and so does every version."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          rollBack.mutate();
        }}
      >
        <Field label="Note" error={rollBack.error?.message}>
          <TextArea required maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" busy={rollBack.isPending} disabled={!note.trim()}>
            Go back
          </Button>
        </div>
      </form>
    </Modal>
  );
}
