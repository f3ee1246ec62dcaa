/** A flow's versions: what each changed, and one press back to any of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, History, Undo2 } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Field, TextArea } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { Empty, LoadingRows, Trouble } from "@/ui/Page";
import { ago, moment } from "@/ui/time";
import { toast } from "@/ui/Toasts";
import type { DraftStore } from "../draft/store";
import { type Version, versionQuery, versionsQuery } from "../queries";
import { CompareDialog } from "./CompareDialog";
import { download } from "./download";

export function VersionsPanel({ name, store }: { name: string; store: DraftStore }) {
  const versions = useQuery(versionsQuery(name));
  const manages = useMay("manager");
  const [compared, setCompared] = useState<{ before: number; after: number | "draft" } | null>(null);
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
          return (
            <li key={version.number} className="border-b border-line px-4 py-3">
              <div className="flex items-center gap-2">
                <span className="font-medium">Version {version.number}</span>
                {index === 0 && <Badge tone="good">Calls run it</Badge>}
                {version.equal_to !== null && <Badge>as version {version.equal_to}</Badge>}
              </div>
              <p className="mt-1 break-words">{version.note}</p>
              <p className="mt-0.5 text-xs text-faint" title={moment(version.published_at)}>
                {version.published_by}, {ago(version.published_at)}
              </p>
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
      {compared && <CompareDialog name={name} store={store} before={compared.before} after={compared.after} onClose={() => setCompared(null)} />}
      {back && <RollBackDialog name={name} version={back} onClose={() => setBack(null)} />}
    </>
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
