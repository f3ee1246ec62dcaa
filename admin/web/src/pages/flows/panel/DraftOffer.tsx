/** A text that lacks a language: a draft of it, which a person accepts, alters or drops. */
import { useMutation } from "@tanstack/react-query";
import { Languages } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { languageName } from "@/ui/languages";
import { type Lacking, lostBlanks, tagOf } from "../model/drafting";
import { draftsOf } from "./drafts";
import { useEditing } from "./editing";

/** Nothing of it is in the flow before `onAccept` is called with the words. */
export function DraftOffer({ lacking, label, onAccept }: { lacking: Lacking; label: string; onAccept: (wordings: readonly string[]) => void }) {
  const { content } = useEditing();
  const [words, setWords] = useState<readonly string[] | null>(null);
  const drafting = useMutation({
    mutationFn: () => draftsOf(lacking.source, tagOf(content, lacking.from), tagOf(content, lacking.to)),
    onSuccess: ({ drafts }) => setWords(drafts),
  });
  const language = languageName(lacking.to);
  if (words === null) {
    return (
      <div className="border-t border-line px-1.5 py-1">
        <button
          type="button"
          disabled={drafting.isPending}
          aria-busy={drafting.isPending || undefined}
          onClick={() => drafting.mutate()}
          className="flex h-7 items-center gap-1.5 rounded-md px-1.5 text-[12.5px] text-accent-ink hover:bg-accent-soft disabled:opacity-55"
        >
          <Languages className="size-3.5" aria-hidden />
          {drafting.isPending ? `Drafting in ${language}…` : `Draft in ${language}`}
        </button>
        {drafting.error && (
          <p role="alert" className="px-1.5 pb-1 text-xs break-words text-bad">
            {drafting.error.message}
          </p>
        )}
      </div>
    );
  }
  return (
    <div role="group" aria-label={`Draft in ${language} of: ${label}`} className="flex flex-col gap-2 border-t border-line bg-warn-soft p-2.5">
      <p className="text-xs text-ink">
        A draft in {language} by {drafting.data?.by}. Read it; it is not in the flow yet.
      </p>
      {words.map((each, index) => (
        <DraftBox
          key={index}
          label={words.length > 1 ? `Draft in ${language}, wording ${index + 1}` : `Draft in ${language}`}
          source={lacking.source[index] ?? ""}
          words={each}
          onChange={(typed) => setWords(words.with(index, typed))}
        />
      ))}
      <div className="flex gap-2">
        <Button
          size="small"
          variant="primary"
          disabled={words.some((each) => each.trim() === "")}
          onClick={() => {
            onAccept(words);
            setWords(null);
          }}
        >
          Use it
        </Button>
        <Button size="small" onClick={() => setWords(null)}>
          Drop it
        </Button>
      </div>
    </div>
  );
}

/** One wording of a draft, to be altered; tells of blanks it has lost. */
export function DraftBox({ label, source, words, onChange }: { label: string; source: string; words: string; onChange: (words: string) => void }) {
  const lost = lostBlanks([source], [words]);
  return (
    <div>
      <textarea
        aria-label={label}
        value={words}
        rows={Math.min(6, Math.max(1, Math.ceil(words.length / 44)))}
        onChange={(event) => onChange(event.target.value)}
        className="field-sizing-content block min-h-8 w-full resize-none rounded-md border border-dashed border-line-strong bg-surface px-2.5 py-1.5 text-[13.5px] leading-snug text-ink"
      />
      {lost.length > 0 && <p className="mt-1 text-xs text-ink">It no longer says {lost.map((blank) => `{${blank}}`).join(", ")}.</p>}
    </div>
  );
}
