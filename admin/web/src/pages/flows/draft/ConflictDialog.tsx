/** Two people saved one draft: what each changed, and what shall become of both. Nothing is lost. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, Refusal, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { ago } from "@/ui/time";
import { differences } from "../model/diff";
import { put } from "../model/content";
import { read, written } from "../model/yaml";
import { DiffView } from "../versions/DiffView";
import type { DraftStore, Theirs } from "./store";

interface Props {
  name: string;
  theirs: Theirs;
  store: DraftStore;
  onCopied: (name: string) => void;
}

const MOST_TRIES = 20;

export function ConflictDialog({ name, theirs, store, onCopied }: Props) {
  const client = useQueryClient();
  const mine = store.text();
  const [one, other] = [read(theirs.yaml).content, read(mine).content];
  const both = store.together();
  const copy = useMutation({
    mutationFn: async () => {
      for (let number = 1; ; number += 1) {
        const title = `${name.slice(0, 56)}_mine${number > 1 ? `_${number}` : ""}`;
        const text = other ? written(mine, put(other, ["name"], title)) : mine;
        try {
          await taken(api.POST("/flows", { body: { name: title, yaml: text } }));
          return title;
        } catch (error) {
          if (!(error instanceof Refusal && error.kind === "name-taken") || number === MOST_TRIES) throw error;
        }
      }
    },
    onSuccess: (title) => {
      store.takeTheirs();
      void client.invalidateQueries({ queryKey: ["flows", "list"] });
      onCopied(title);
    },
  });
  return (
    <Modal
      open
      title={`${theirs.savedBy} saved this draft too`}
      about={`Saved ${ago(theirs.savedAt)}, while you worked on it. Your changes are kept; choose what becomes of both.`}
      wide
    >
      <div className="max-h-[45vh] overflow-y-auto rounded-lg border border-line">
        {one && other ? (
          <>
            <div className="grid grid-cols-2 gap-2 border-b border-line px-3 py-2 text-xs font-medium text-muted">
              <span>{theirs.savedBy}</span>
              <span>You</span>
            </div>
            <DiffView differences={differences(one, other)} nothing="Both say the same; only the way it is written differs." />
          </>
        ) : (
          <p className="p-4 text-muted">One of the two texts cannot be read as a flow, so what differs cannot be shown step by step.</p>
        )}
      </div>
      {both && both.clashes.length > 0 && (
        <p className="mt-3 text-[13px] text-warn">
          You both changed {both.clashes.map((each) => each.replace(/^steps\./, "")).join(", ")}. Put together, yours stands there.
        </p>
      )}
      {copy.error && <p className="mt-3 text-[13px] text-bad" role="alert">{copy.error.message}</p>}
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={store.takeTheirs}>Take theirs</Button>
        <Button busy={copy.isPending} onClick={() => copy.mutate()}>
          Take theirs, keep mine as a copy
        </Button>
        <Button onClick={store.keepMine}>Overwrite with mine</Button>
        {both && (
          <Button variant="primary" onClick={store.putTogether}>
            Put both together
          </Button>
        )}
      </div>
    </Modal>
  );
}
