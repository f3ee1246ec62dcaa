/** All texts that lack a language, drafted at once; a person reads each before it is in the flow. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { languageName } from "@/ui/languages";
import { Modal } from "@/ui/Modal";
import { accepted, type MissingText, placeName, tagOf } from "../model/drafting";
import { DraftBox } from "./DraftOffer";
import { type DraftedText, draftsOfAll } from "./drafts";
import { useEditing } from "./editing";
import { Check } from "./fields";

interface Draft extends DraftedText {
  wanted: boolean;
}

export function DraftAllDialog({ missing, onClose }: { missing: readonly MissingText[]; onClose: () => void }) {
  const { content, change } = useEditing();
  const [drafts, setDrafts] = useState<readonly Draft[] | null>(null);
  const [done, setDone] = useState(0);
  const total = missing.reduce((sum, each) => sum + each.source.length, 0);
  const drafting = useMutation({
    mutationFn: () => draftsOfAll(missing, (code) => tagOf(content, code), setDone),
    onSuccess: ({ drafts: made }) => setDrafts(made.map((each) => ({ ...each, wanted: true }))),
  });
  const alter = (index: number, to: Partial<Draft>) => setDrafts((before) => before?.map((each, place) => (place === index ? { ...each, ...to } : each)) ?? null);
  const wanted = drafts?.filter((each) => each.wanted && each.words.every((words) => words.trim() !== "")) ?? [];
  const use = () => {
    change((before) => wanted.reduce((now, { missing: each, words }) => accepted(now, each, words), before));
    onClose();
  };
  return (
    <Modal
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title="Texts that lack a language"
      about={drafts === null ? "They are drafted for you to read. What callers say is left to people: phrases are not translated." : `Drafts by ${drafting.data?.by}. Read them; none is in the flow yet.`}
    >
      <div className="flex flex-col gap-4">
        {drafts === null ? (
          <ul className="max-h-[50vh] overflow-y-auto rounded-lg border border-line" tabIndex={-1}>
            {missing.map((each) => (
              <li key={keyOf(each)} className="border-b border-line px-3 py-2 last:border-b-0">
                <span className="block text-xs font-medium text-faint">
                  {placeName(each)} · no {languageName(each.to)}
                </span>
                {each.source.join(" / ")}
              </li>
            ))}
          </ul>
        ) : (
          <ul className="flex max-h-[55vh] flex-col gap-3 overflow-y-auto pr-1">
            {drafts.map((draft, index) => (
              <li key={keyOf(draft.missing)} className="rounded-lg border border-line p-3">
                <Check label={`${placeName(draft.missing)}, in ${languageName(draft.missing.to)}`} on={draft.wanted} onChange={(on) => alter(index, { wanted: on })} />
                {draft.words.map((words, place) => (
                  <div key={place} className="mt-2">
                    <p className="mb-1 text-muted">{draft.missing.source[place]}</p>
                    <DraftBox
                      label={`Draft of ${placeName(draft.missing)}${draft.words.length > 1 ? `, wording ${place + 1}` : ""}`}
                      source={draft.missing.source[place] ?? ""}
                      words={words}
                      onChange={(typed) => alter(index, { words: draft.words.with(place, typed) })}
                    />
                  </div>
                ))}
              </li>
            ))}
          </ul>
        )}
        {drafting.error && (
          <p role="alert" className="text-[13px] break-words text-bad">
            {drafting.error.message}
          </p>
        )}
        <div className="flex items-center justify-end gap-2">
          {drafting.isPending && (
            <span role="status" className="mr-auto text-[13px] text-muted">
              {done} of {total} drafted
            </span>
          )}
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          {drafts === null ? (
            <Button variant="primary" busy={drafting.isPending} onClick={() => drafting.mutate()}>
              Draft {missing.length === 1 ? "it" : `all ${missing.length}`}
            </Button>
          ) : (
            <Button variant="primary" disabled={wanted.length === 0} onClick={use}>
              Use {wanted.length} {wanted.length === 1 ? "draft" : "drafts"}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

function keyOf({ path, round, to }: MissingText): string {
  return [...path, round, to].join(".");
}
