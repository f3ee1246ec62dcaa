/** Whether what is on the page is saved, in a word. */
import { Check, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { cx } from "@/ui/cx";
import type { Snapshot } from "../draft/store";

export function SaveState({ snapshot, readOnly, onSave }: { snapshot: Snapshot; readOnly: boolean; onSave: () => void }) {
  const look = "flex items-center gap-1.5 text-[12.5px]";
  if (readOnly) return <span className={cx(look, "text-muted")}>Read only</span>;
  switch (snapshot.saving) {
    case "saved":
      return (
        <span role="status" className={cx(look, "text-muted")}>
          <Check className="size-3.5" aria-hidden /> Saved
        </span>
      );
    case "unsaved":
    case "saving":
      return (
        <span role="status" className={cx(look, "text-muted")}>
          <LoaderCircle className={cx("size-3.5", snapshot.saving === "saving" && "animate-spin")} aria-hidden />
          {snapshot.saving === "saving" ? "Saving…" : "Not saved yet"}
        </span>
      );
    case "failed":
      return (
        <button type="button" className={cx(look, "text-bad")} title={`${snapshot.trouble} Your work is kept in this browser.`} onClick={onSave}>
          <CloudOff className="size-3.5" aria-hidden /> Not saved: try again
        </button>
      );
    case "conflict":
      return (
        <span role="status" className={cx(look, "text-warn")}>
          <TriangleAlert className="size-3.5" aria-hidden /> Somebody else saved
        </span>
      );
  }
}
