/** What an interpreter says for people, put to what they said. Pure. */
import type { Side, Utterance, WordsNews } from "./conversation";

export interface InterpretedNews {
  speaker: "caller" | "other";
  /** What voices it; empty: it was not translated. */
  utterance: string;
  source: string;
  source_language: string;
  /** Empty: it was not translated, and is heard as it was said. */
  text: string;
  language: string;
  /** When it was said, and how much later its translation began, ms of the call. */
  start_ms: number;
  lag_ms: number;
  /** It puts right what was said before. */
  corrects: boolean;
  /** The listener asked for it again. */
  repeats: boolean;
}

export interface Translation {
  id: string;
  source: string;
  text: string;
  language: string;
  lagMs: number;
  corrects: boolean;
  repeats: boolean;
  /** Fewer of its words were heard than were meant. */
  cut: boolean;
  /** Characters of it that have been voiced. */
  voiced: number;
}

/** A phrase's first word may be heard to begin a little before the words as they stand now. */
const EARLY_MS = 400;

/**
 * Put what is interpreted to the utterance it stands for; what voices it is no utterance of its own any more.
 * `told`: the utterance, where nobody had told of one, to be put among the others.
 */
export function placed(utterances: readonly Utterance[], news: InterpretedNews): { utterances: readonly Utterance[]; told: Utterance | null } {
  const side: Side = news.speaker === "caller" ? "caller" : "person";
  const voicing = news.utterance ? utterances.find((each) => each.id === news.utterance) : undefined;
  const others = voicing ? utterances.filter((each) => each !== voicing) : utterances;
  const at = others.findLastIndex((each) => each.side === side && each.startMs <= news.start_ms + EARLY_MS);
  const said = others[at];
  const translation = translationOf(news, voicing);
  if (!said) return { utterances: others, told: spokenAs(news, side, translation) };
  const again = said.translations.findIndex((each) => each.id === translation.id);
  const translations = again < 0 ? [...said.translations, translation] : said.translations.with(again, translation);
  return { utterances: others.with(at, { ...said, translations }), told: null };
}

/** Take in that a translation is being voiced; null: these words are no translation's. */
export function voiced(utterances: readonly Utterance[], news: WordsNews): readonly Utterance[] | null {
  const at = utterances.findLastIndex((each) => each.translations.some(({ id }) => id === news.utterance));
  const said = utterances[at];
  if (!said) return null;
  const translations = said.translations.map((each) =>
    each.id === news.utterance
      ? { ...each, voiced: Math.max(each.voiced, news.text.length), cut: news.final && news.text.length < each.voiced }
      : each,
  );
  return utterances.with(at, { ...said, translations });
}

function translationOf(news: InterpretedNews, voicing: Utterance | undefined): Translation {
  const { source, text, language, corrects, repeats } = news;
  const id = news.utterance || `untranslated-${news.start_ms}`;
  return { id, source, text, language, lagMs: news.lag_ms, corrects, repeats, cut: voicing?.cut ?? false, voiced: voicing?.text.length ?? 0 };
}

function spokenAs(news: InterpretedNews, side: Side, translation: Translation): Utterance {
  return {
    id: `said-${translation.id}`,
    side,
    by: "",
    text: news.source,
    language: news.source_language,
    words: [],
    startMs: news.start_ms,
    endMs: news.start_ms,
    final: true,
    cut: false,
    translations: [translation],
  };
}
