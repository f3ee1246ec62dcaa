import { describe, expect, it } from "vitest";
import { type Content, put, without } from "./content";
import { differences, merge } from "./diff";

const BASE: Content = {
  title: "Orders",
  dials: { patience: 0.5 },
  meanings: { done: ["bye"] },
  steps: {
    greet: { kind: "ask", says: "Hi", answers: { yes: "bye" } },
    bye: { kind: "end", says: "Bye" },
  },
};

describe("differences", () => {
  it("are none between equals, whatever the order", () => {
    expect(differences(BASE, { ...BASE, steps: { bye: { says: "Bye", kind: "end" }, greet: (BASE["steps"] as Content)["greet"] as Content } })).toEqual({ steps: [], elsewhere: [] });
  });
  it("name the step and the field", () => {
    let after = put(BASE, ["steps", "greet", "answers", "no"], "bye");
    after = put(after, ["steps", "more"], { kind: "say" });
    after = put(after, ["dials", "patience"], 0.7);
    after = put(after, ["steps", "bye"], undefined);
    const found = differences(BASE, after);
    expect(found.steps.map((step) => [step.step, step.kind])).toEqual([
      ["greet", "changed"],
      ["more", "added"],
      ["bye", "removed"],
    ]);
    expect(found.steps[0]?.fields).toEqual([{ field: "answers.no", before: undefined, after: "bye" }]);
    expect(found.elsewhere).toEqual([{ field: "dials.patience", before: 0.5, after: 0.7 }]);
  });
});

describe("putting two people's work together", () => {
  it("has what both did where they did different things", () => {
    const mine = put(BASE, ["steps", "greet", "says"], "Hello");
    const theirs = put(put(BASE, ["steps", "more"], { kind: "say" }), ["meanings", "done"], ["bye", "goodbye"]);
    const { merged, clashes } = merge(BASE, mine, theirs);
    expect(clashes).toEqual([]);
    expect(merged).toEqual(put(theirs, ["steps", "greet", "says"], "Hello"));
  });
  it("says what both changed, and mine stands", () => {
    const mine = put(BASE, ["steps", "greet", "says"], "Hello");
    const theirs = put(BASE, ["steps", "greet", "says"], "Welcome");
    expect(merge(BASE, mine, theirs)).toEqual({ merged: mine, clashes: ["steps.greet"] });
  });
  it("the same change by both is no clash", () => {
    const both = put(BASE, ["title"], "All orders");
    expect(merge(BASE, both, both)).toEqual({ merged: both, clashes: [] });
  });
  it("a step that one removed is gone, unless the other changed it", () => {
    const removed = { ...BASE, steps: without(BASE["steps"] as Content, "bye") };
    expect(merge(BASE, removed, BASE).merged).toEqual(removed);
    expect(merge(BASE, put(BASE, ["steps", "bye", "says"], "Ciao"), removed).clashes).toEqual(["steps.bye"]);
  });
});
