/** Publishing: what will change for callers, and a note for those who look back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, Refusal, taken } from "@/api/client";
import { type CanaryTyped, settingOf } from "@/pages/numbers/canary";
import { numberNamed, numbersQuery } from "@/pages/numbers/queries";
import { Button } from "@/ui/Button";
import { Field, TextArea } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { toast } from "@/ui/Toasts";
import type { DraftStore } from "../draft/store";
import { differences } from "../model/diff";
import { read } from "../model/yaml";
import { flowQuery, versionQuery } from "../queries";
import { DiffView } from "./DiffView";
import { WhichCalls } from "./WhichCalls";

export function PublishDialog({ name, store, onClose, onProblems }: { name: string; store: DraftStore; onClose: () => void; onProblems: () => void }) {
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const [canary, setCanary] = useState<CanaryTyped | null>(null);
  const flow = useQuery({ ...flowQuery(name), staleTime: 0 });
  const published = flow.data?.published ?? null;
  const before = useQuery({ ...versionQuery(name, published ?? 0), enabled: published !== null });
  const publish = useMutation({
    mutationFn: async () => {
      if (!(await store.flush())) throw new Error(store.get().trouble || "The draft could not be saved, so it was not published.");
      return taken(api.POST("/flows/{name}/publish", { params: { path: { name }, header: { "If-Match": store.get().etag } }, body: { note: note.trim(), ...(canary && { canary: settingOf(canary) }) } }));
    },
    onSuccess: (version) => {
      toast.success(`Version ${version.number} is published. ${canary ? `${canary.share} % of new calls` : "New calls"} run it from now on.`);
      void client.invalidateQueries({ queryKey: numbersQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["flows"], refetchType: "active", predicate: (query) => query.queryKey[1] !== "draft" });
      onClose();
    },
    onError: (error) => {
      if (error instanceof Refusal && error.kind === "flow-has-errors") {
        onClose();
        onProblems();
        toast.error(error.message);
      }
    },
  });
  const [old, now] = [read(before.data?.yaml ?? "").content, read(store.text()).content];
  const numbers = flow.data?.numbers ?? [];
  const why = published === null ? "This is its first version: there is none that the other calls could run." : numbers.length === 0 ? "No number is set to this flow yet, so there are no calls to try it out on." : "";
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title="Publish"
      about={
        numbers.length > 0
          ? `New calls to ${numbers.map((each) => numberNamed(each).replace("All", "all")).join(", ")} run this from now on. Calls under way keep theirs.`
          : "Calls run it once a number is set to this flow. Calls under way keep theirs."
      }
      wide
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate();
        }}
      >
        {published !== null && old && now && (
          <div>
            <h3 className="mb-2 text-[13px] font-medium">What changes since version {published}</h3>
            <div className="max-h-60 overflow-y-auto rounded-lg border border-line" tabIndex={-1}>
              <DiffView differences={differences(old, now)} nothing={`Nothing: it is the same as version ${published}.`} />
            </div>
          </div>
        )}
        {flow.data && <WhichCalls canary={canary} onChange={setCanary} before={published ?? 0} why={why} />}
        <Field label="Note" hint="Why this is published, for those who look back." error={publish.error?.message}>
          <TextArea autoFocus required maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} placeholder="Says where a delayed order is" />
        </Field>
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" busy={publish.isPending} disabled={!note.trim()}>
            Publish
          </Button>
        </div>
      </form>
    </Modal>
  );
}
