import { describe, expect, it } from "vitest";
import { codesOf, gist, roundsFrom, roundsOf, runsOf, textFrom, wordingsOf } from "./texts";

const ONE = codesOf(undefined);
const TWO = codesOf(["en-US", "es-MX"]);

describe("texts", () => {
  it("are written back as they were, in one language or in two", () => {
    for (const value of ["Hi", ["Hi", "Hello"]]) expect(textFrom(wordingsOf(value, ONE), ONE)).toEqual(value);
    for (const value of [{ en: "Hi", es: "Hola" }, { en: ["Hi", "Hello"], es: "Hola" }]) {
      expect(textFrom(wordingsOf(value, TWO), TWO)).toEqual(value);
    }
  });
  it("of a flow that gets a second language are in its first; without words, or shared, in both", () => {
    expect(wordingsOf("Hi {name}", TWO)).toEqual({ en: ["Hi {name}"], es: [] });
    expect(wordingsOf("{last}", TWO)).toEqual({ en: ["{last}"], es: ["{last}"] });
    expect(wordingsOf(["refund"], TWO, true)).toEqual({ en: ["refund"], es: ["refund"] });
  });
  it("with nothing written are nothing", () => {
    expect(textFrom(wordingsOf(undefined, ONE), ONE)).toBeUndefined();
    expect(textFrom({ en: [], es: [] }, TWO)).toBeUndefined();
    expect(textFrom({ en: ["Hi"], es: [] }, TWO)).toEqual({ en: "Hi" });
  });
  it("in a series are one for each time", () => {
    const series = ["Sorry?", ["Once more?", "Again?"]];
    expect(roundsOf(series, ONE)).toHaveLength(2);
    expect(roundsFrom(roundsOf(series, ONE), ONE)).toEqual(series);
    expect(roundsFrom(roundsOf("Sorry?", ONE), ONE)).toBe("Sorry?");
    expect(roundsOf({ en: ["One", "Two"], es: ["Uno"] }, TWO)).toEqual([
      { en: ["One"], es: ["Uno"] },
      { en: ["Two"], es: [] },
    ]);
    expect(roundsFrom([], ONE)).toBeUndefined();
  });
  it("are shown with their blanks", () => {
    expect(runsOf("Order {order.items:priced}, {name}.")).toEqual([
      { text: "Order ", blank: false },
      { text: "order.items", blank: true },
      { text: ", ", blank: false },
      { text: "name", blank: true },
      { text: ".", blank: false },
    ]);
    expect(gist({ en: ["Hi", "Hello"], es: "Hola" })).toBe("Hi");
  });
});
