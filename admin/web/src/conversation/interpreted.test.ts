import { expect, test } from "vitest";
import { type Conversation, NOTHING_YET, rowsOf, type Side, withInterpreted, withWords, type WordsNews } from "./conversation";
import type { InterpretedNews } from "./interpreted";

const SPANISH: Conversation = { ...NOTHING_YET, language: "es-MX" };

function said(side: Side, utterance: string, text: string, start_ms: number, more: Partial<WordsNews> = {}): WordsNews {
  return { side, utterance, text, start_ms, end_ms: start_ms + 900, final: true, ...more };
}

function phrase(speaker: "caller" | "other", utterance: string, text: string, start_ms: number, more: Partial<InterpretedNews> = {}): InterpretedNews {
  const [source_language, language] = speaker === "caller" ? ["es-MX", "en"] : ["en", "es-MX"];
  return { speaker, utterance, source: "…", source_language, text, language, start_ms, lag_ms: 2_000, corrects: false, repeats: false, ...more };
}

const asked = withWords(SPANISH, said("caller", "caller-0", "dónde está mi pedido", 1_000));

test("a translation stands with what it was said for, in its own language", () => {
  const after = withInterpreted(asked, phrase("caller", "i-1", "Where is my order?", 1_000));
  expect(after.utterances).toMatchObject([
    { text: "dónde está mi pedido", language: "es-MX", translations: [{ text: "Where is my order?", language: "en", lagMs: 2_000 }] },
  ]);
});

test("phrases stand in order with the turn they were said in, and stay when its words are heard anew", () => {
  const later = withWords(asked, said("caller", "caller-1", "gracias", 9_000));
  const news = [phrase("caller", "i-1", "Where is", 1_000), phrase("caller", "i-2", "my order?", 1_600), phrase("caller", "i-3", "Thank you.", 8_800)];
  const after = withWords(news.reduce(withInterpreted, later), said("caller", "caller-0", "¿dónde está mi pedido?", 1_000));
  expect(after.utterances.map((each) => each.translations.map(({ text }) => text))).toEqual([["Where is", "my order?"], ["Thank you."]]);
});

test("what voices a translation for the caller is no line of its own, whichever is told first", () => {
  const spoken = withWords(SPANISH, said("person", "person-1-0", "one moment please", 3_000, { language: "en", by: "Ada" }));
  const voicing = said("agent", "interpreter-1-caller-2", "Un momento", 5_000, { final: false });
  const interpreted = phrase("other", "interpreter-1-caller-2", "Un momento, por favor.", 3_000);
  const first = withInterpreted(withWords(spoken, voicing), interpreted);
  const second = withWords(withInterpreted(spoken, interpreted), voicing);
  for (const { utterances } of [first, second]) {
    expect(utterances).toMatchObject([{ by: "Ada", language: "en", translations: [{ text: "Un momento, por favor.", cut: false }] }]);
  }
});

test("a translation of which fewer words were heard than voiced was cut off", () => {
  const spoken = withWords(SPANISH, said("person", "person-1-0", "one moment please", 3_000));
  const voiced = said("agent", "i-2", "un momento por favor", 5_000, { final: false });
  const before = withWords(withInterpreted(spoken, phrase("other", "i-2", "Un momento, por favor.", 3_000)), voiced);
  const cut = (text: string) => withWords(before, { ...voiced, text, final: true }).utterances[0]?.translations[0]?.cut;
  expect([cut("un momento"), cut("un momento por favor")]).toEqual([true, false]);
});

test("what was not translated says so, and so do corrections and repetitions", () => {
  const after = [
    phrase("caller", "", "", 1_000, { source: "dónde" }),
    phrase("caller", "i-1", "On Thursday, sorry.", 1_200, { corrects: true }),
    phrase("caller", "i-2", "On Thursday.", 1_200, { repeats: true }),
  ].reduce(withInterpreted, asked);
  expect(after.utterances[0]?.translations).toMatchObject([
    { text: "", source: "dónde" },
    { corrects: true, repeats: false },
    { corrects: false, repeats: true },
  ]);
});

test("a translation of words nobody has told of stands with its source", () => {
  const after = withInterpreted(SPANISH, phrase("other", "i-1", "Buenos días.", 400, { source: "good morning" }));
  expect(after.utterances).toMatchObject([{ side: "person", text: "good morning", language: "en", translations: [{ text: "Buenos días." }] }]);
});

test("words that were translated stay, though in the end nothing was understood", () => {
  const after = withWords(withInterpreted(asked, phrase("caller", "i-1", "Where?", 1_000)), said("caller", "caller-0", "", 1_000));
  expect(after.utterances).toMatchObject([{ text: "dónde está mi pedido", final: true }]);
});

test("whoever speaks in the agent's place stands in its lane, beside a caller who speaks at the same time", () => {
  const both = withWords(asked, said("person", "person-1-0", "one moment", 1_200));
  expect(rowsOf(both.utterances).map((row) => [row.caller?.id, row.agent?.id])).toEqual([["caller-0", "person-1-0"]]);
});
