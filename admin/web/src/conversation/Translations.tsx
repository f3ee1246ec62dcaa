/** What an interpreter says for somebody, under their own words: phrase by phrase, as they were translated. */
import { Languages, Pencil, Repeat2, VolumeX } from "lucide-react";
import { cx } from "@/ui/cx";
import { languageName, languageOf } from "@/ui/languages";
import type { Utterance } from "./conversation";
import type { Translation } from "./interpreted";

export function Translations({ utterance: { side, translations } }: { utterance: Utterance }) {
  const [first] = translations;
  if (!first) return null;
  return (
    <p className={cx("mt-1.5 flex gap-1.5 border-t pt-1.5", side === "caller" ? "border-caller/25" : "border-agent/25")}>
      <Languages className={cx("mt-0.5 size-3.5 shrink-0", side === "caller" ? "text-caller" : "text-agent")} aria-hidden />
      <span className="min-w-0">
        <span className="sr-only">In {languageName(languageOf(first.language))}: </span>
        {translations.map((each) => (
          <Phrase key={each.id} phrase={each} />
        ))}
      </span>
    </p>
  );
}

function Phrase({ phrase }: { phrase: Translation }) {
  const { text, source, language, lagMs, corrects, repeats, cut } = phrase;
  if (!text)
    return (
      <span title={`Not translated: “${source}”`} className="text-warn">
        <VolumeX className="mr-1 inline size-3.5" aria-hidden />
        not translated, heard as it was said{" "}
      </span>
    );
  return (
    <span title={`“${source}”, ${(lagMs / 1_000).toFixed(1)} s behind`}>
      {corrects && <Sign icon={Pencil} says="Corrected" />}
      {repeats && <Sign icon={Repeat2} says="Said again" />}
      <span lang={language || undefined} className={cx(repeats && "text-muted")}>
        {text}
      </span>
      {cut && <span title="Cut off here">&nbsp;—</span>}{" "}
    </span>
  );
}

function Sign({ icon: Icon, says }: { icon: typeof Pencil; says: string }) {
  return (
    <span title={says} className="text-muted">
      <Icon className="mr-1 inline size-3.5" aria-hidden />
      <span className="sr-only">{says}: </span>
    </span>
  );
}
