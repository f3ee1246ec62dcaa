/** Two versions, or a version and the draft: on one canvas, and what differs word by word beside it. */
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, ListTree } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { LoadingRows, Trouble } from "@/ui/Page";
import type { DraftStore } from "../draft/store";
import { compared } from "../model/compared";
import type { Content } from "../model/content";
import { type Differences, shown } from "../model/diff";
import { words } from "../model/graph";
import { read } from "../model/yaml";
import { versionQuery } from "../queries";
import { CHANGES, ChangeSign } from "./changes";
import { CompareCanvas } from "./CompareCanvas";
import { DiffView, Fields } from "./DiffView";

export type Side = number | "draft";

interface Props {
  name: string;
  store: DraftStore;
  /** Newest first. */
  versions: readonly number[];
  before: Side;
  after: Side;
  onClose: () => void;
}

export function CompareDialog({ name, store, versions, onClose, ...begins }: Props) {
  const [before, setBefore] = useState(begins.before);
  const [after, setAfter] = useState(begins.after);
  const [one, other] = [useText(name, store, before), useText(name, store, after)];
  const error = one.error ?? other.error;
  const picker = (label: string, side: Side, choose: (side: Side) => void) => (
    <Select aria-label={label} className="w-36" value={side} onChange={(event) => choose(event.target.value === "draft" ? "draft" : Number(event.target.value))}>
      <option value="draft">The draft</option>
      {versions.map((number) => (
        <option key={number} value={number}>
          Version {number}
        </option>
      ))}
    </Select>
  );
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title="What changed" full>
      <div className="flex h-full flex-col">
        <div className="flex items-center gap-2 border-b border-line px-5 pb-3">
          {picker("Before", before, setBefore)}
          <ArrowRight className="size-4 text-faint" aria-label="beside" />
          {picker("After", after, setAfter)}
        </div>
        <div className="min-h-0 flex-1">
          {error ? (
            <div className="p-5">
              <Trouble error={error} />
            </div>
          ) : one.text === undefined || other.text === undefined ? (
            <LoadingRows rows={3} />
          ) : (
            <Both key={`${before} ${after}`} before={one.text} after={other.text} />
          )}
        </div>
      </div>
    </Modal>
  );
}

function useText(name: string, store: DraftStore, side: Side): { text: string | undefined; error: Error | null } {
  const version = useQuery({ ...versionQuery(name, side === "draft" ? 0 : side), enabled: side !== "draft" });
  return side === "draft" ? { text: store.text(), error: null } : { text: version.data?.yaml, error: version.error };
}

function Both({ before, after }: { before: string; after: string }) {
  const [old, now] = useMemo(() => [read(before), read(after)], [before, after]);
  if (old.content === null || now.content === null) {
    return (
      <p className="p-5 text-muted">
        One of the two cannot be read as a flow, so they cannot be compared. {old.trouble?.sentence ?? now.trouble?.sentence}
      </p>
    );
  }
  return <Shown before={old.content} after={now.content} rewritten={before !== after} />;
}

function Shown({ before, after, rewritten }: { before: Content; after: Content; rewritten: boolean }) {
  const both = useMemo(() => compared(before, after), [before, after]);
  const [selected, setSelected] = useState<string | null>(null);
  return (
    <div className="flex h-full min-h-0">
      <div className="relative min-w-0 flex-1">
        <CompareCanvas compared={both} selected={selected} onSelect={setSelected} />
      </div>
      <aside aria-label="What differs" className="flex w-[22rem] shrink-0 flex-col border-l border-line bg-surface xl:w-[30rem]">
        {selected === null ? (
          <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={-1}>
            <DiffView
              differences={both.differences}
              nothing={rewritten ? "They say the same; only comments or the way it is written differ." : "They are the same."}
              onSelect={setSelected}
            />
          </div>
        ) : (
          <Chosen name={selected} differences={both.differences} onBack={() => setSelected(null)} />
        )}
      </aside>
    </div>
  );
}

const WAYS_IN: Readonly<Record<string, readonly string[]>> = {
  "@start": ["start"],
  "@global": ["global_steps"],
  "@trouble": ["silence", "misunderstood", "trouble"],
};

/** One step: each of its fields that differs, before and after. */
function Chosen({ name, differences: { steps, elsewhere }, onBack }: { name: string; differences: Differences; onBack: () => void }) {
  const tops = WAYS_IN[name];
  const step = steps.find((each) => each.step === name);
  const fields = tops ? elsewhere.filter(({ field }) => tops.includes(field.split(".")[0] ?? "")) : (step?.fields ?? []);
  const kind = step?.kind ?? (fields.length > 0 ? "changed" : null);
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3 py-2">
        {kind && <ChangeSign change={kind} className="size-5 rounded" />}
        <h3 className="min-w-0 flex-1 truncate font-medium">{words(name.replace("@", ""))}</h3>
        <Button size="small" variant="quiet" onClick={onBack}>
          <ListTree className="size-3.5" aria-hidden /> All changes
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-3 py-2.5" tabIndex={-1}>
        {kind === null && <p className="py-4 text-center text-muted">It is the same in both.</p>}
        {kind !== null && <p className="text-[13px] text-muted">{SENTENCES[kind]}</p>}
        {kind === "changed" && <Fields fields={fields} />}
        {(kind === "added" || kind === "removed") && (
          <dl className="mt-2 flex flex-col gap-2">
            {fields.map(({ field, before, after }) => (
              <div key={field}>
                <dt className="text-xs text-faint">{field.split(".").map(words).join(" › ")}</dt>
                <dd className={`mt-0.5 rounded px-2 py-1 text-[12.5px] break-words whitespace-pre-wrap ${CHANGES[kind].tone}`}>{shown(kind === "added" ? after : before)}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </>
  );
}

const SENTENCES = {
  added: "This step is new.",
  removed: "This step is gone.",
  changed: "Left: before. Right: after.",
} as const;
