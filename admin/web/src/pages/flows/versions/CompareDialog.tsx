/** Two versions, or a version and the draft, side by side. */
import { useQuery } from "@tanstack/react-query";
import { Modal } from "@/ui/Modal";
import { LoadingRows, Trouble } from "@/ui/Page";
import type { DraftStore } from "../draft/store";
import { differences } from "../model/diff";
import { read } from "../model/yaml";
import { versionQuery } from "../queries";
import { DiffView } from "./DiffView";

interface Props {
  name: string;
  store: DraftStore;
  before: number;
  after: number | "draft";
  onClose: () => void;
}

export function CompareDialog({ name, store, before, after, onClose }: Props) {
  const old = useQuery(versionQuery(name, before));
  const now = useQuery({ ...versionQuery(name, after === "draft" ? before : after), enabled: after !== "draft" });
  const error = old.error ?? now.error;
  const [one, other] = [old.data?.yaml, after === "draft" ? store.text() : now.data?.yaml];
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={after === "draft" ? `The draft beside version ${before}` : `Version ${after} beside version ${before}`}
      about="Left: before. Right: after."
      wide
    >
      {error ? <Trouble error={error} /> : one === undefined || other === undefined ? <LoadingRows rows={3} /> : <Both before={one} after={other} />}
    </Modal>
  );
}

function Both({ before, after }: { before: string; after: string }) {
  const [old, now] = [read(before), read(after)];
  if (old.content === null || now.content === null) {
    return <p className="text-muted">One of the two cannot be read as a flow, so only their texts can be compared. {old.trouble?.sentence ?? now.trouble?.sentence}</p>;
  }
  const found = differences(old.content, now.content);
  const onlyWriting = found.steps.length === 0 && found.elsewhere.length === 0 && before !== after;
  return (
    <div className="rounded-lg border border-line">
      <DiffView differences={found} nothing={onlyWriting ? "They say the same; only comments or the way it is written differ." : "They are the same."} />
    </div>
  );
}
