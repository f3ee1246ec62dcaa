import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { accepted, lackingIn, lostBlanks, missingTexts, placeName, tagOf } from "./drafting";
import { put } from "./content";
import { read, written } from "./yaml";

const TEXT = `schema: 1
languages: [en-US, es-MX]
resuming: "{last}"
talked_over: One moment.   # short
silence:
  says:
    - {en: Are you there?, es: ¿Sigue ahí?}
    - {en: Hello?}
steps:
  greet:
    kind: ask
    says: {en: [Hi, "Hello {name}"], es: Hola}
    again:
      - en: Sorry?   # politely
  look:
    kind: look_up
    says: {es: Un momento.}
    waiting: {says: Still looking.}
`;

function content() {
  const { content: found } = read(TEXT);
  if (found === null) throw new Error("unreadable");
  return found;
}

describe("texts that lack a language", () => {
  it("are found wherever something is said, with the language that has it", () => {
    expect(missingTexts(content()).map((each) => [placeName(each), each.from, each.to, each.source])).toEqual([
      ["talked over", "en", "es", ["One moment."]],
      ["silence › says, time 2", "en", "es", ["Hello?"]],
      ["greet › again", "en", "es", ["Sorry?"]],
      ["look › says", "es", "en", ["Un momento."]],
      ["look › waiting › says", "en", "es", ["Still looking."]],
    ]);
  });
  it("are none where nothing is written, or only blanks, or in a flow of one language", () => {
    expect(lackingIn({ en: [""], es: [] }, ["en", "es"])).toEqual([]);
    expect(lackingIn({ en: ["{last}"], es: [] }, ["en", "es"])).toEqual([]);
    expect(missingTexts(put(content(), ["languages"], ["en-US"]))).toEqual([]);
  });
  it("are filled in one by one, and nothing else in the text changes", () => {
    const all = missingTexts(content());
    const filled = all.reduce((before, each) => accepted(before, each, each.source.map((words) => `${each.to}: ${words}`)), content());
    expect(missingTexts(filled)).toEqual([]);
    const text = written(TEXT, filled);
    for (const kept of ["# short", "# politely", 'says: {en: [Hi, "Hello {name}"], es: Hola}']) expect(text).toContain(kept);
    expect(read(text).content).toEqual(filled);
  });
  it("are none in the demo flows", () => {
    const shipped = readFileSync(new URL("../../../../../../config/flows/billing.yaml", import.meta.url), "utf-8");
    expect(missingTexts(read(shipped).content ?? {})).toEqual([]);
  });
});

it("a draft that lost a blank is told of", () => {
  expect(lostBlanks(["Order {order.number:digits} of {name}"], ["Pedido {order.number}"])).toEqual(["name"]);
  expect(lostBlanks(["Hi"], ["Hola"])).toEqual([]);
});

it("a language has the tag the flow has it by", () => {
  expect(tagOf(content(), "es")).toBe("es-MX");
});
