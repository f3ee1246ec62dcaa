import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { at, type Content, put, renamed, stepsOf, type Value, without } from "./content";
import { fresh, lineOf, pathAtLine, read, written } from "./yaml";

const FLOWS = new URL("../../../../../../config/flows/", import.meta.url);
const SHIPPED = readdirSync(FLOWS).map((name) => [name, readFileSync(new URL(name, FLOWS), "utf-8")] as const);

function contentOf(text: string): Content {
  const reading = read(text);
  if (reading.trouble) throw new Error(reading.trouble.sentence);
  return reading.content;
}

/** Lines of one text that the other lacks. */
function lost(before: string, after: string): string[] {
  const left = new Set(after.split("\n"));
  return before.split("\n").filter((line) => !left.has(line));
}

const TEXT = `# About this flow

schema: 1
steps:

  # --- first ---

  greet:
    kind: say            # it begins here
    says: "Hello, {name}."
    next: ask

  # what is wanted
  ask:
    kind: ask
    says:
      - What is it?      # short
      - How can I help?
    answers: {yes: greet, no: bye}

  bye: {kind: end, says: Bye}
`;

describe("reading", () => {
  it("takes yes and no for words and leading zeros for text", () => {
    expect(contentOf("a: yes\nb: 012\nc: 12\nd: 0.5\ne: true\nf:\n")).toEqual({ a: "yes", b: "012", c: 12, d: 0.5, e: true, f: null });
  });
  it("refuses anchors, repeated keys and what is no mapping, with the line", () => {
    expect(read("a: 1\nb: &x 2\n").trouble?.line).toBe(2);
    expect(read("a: 1\na: 2\n").trouble?.line).toBe(2);
    expect(read("- 1\n").trouble).not.toBeNull();
    expect(read("a: [1\n").trouble).not.toBeNull();
  });
  it("finds the line of a path and the path of a line", () => {
    expect(lineOf(TEXT, ["steps", "ask", "answers"])).toBe(19);
    expect(pathAtLine(TEXT, 19)).toEqual(["steps", "ask", "answers"]);
    expect(pathAtLine(TEXT, 13)).toEqual(["steps", "greet", "next"].slice(0, 2).concat("next"));
  });
});

describe("writing", () => {
  it("changes one scalar and nothing else", () => {
    const after = written(TEXT, put(contentOf(TEXT), ["steps", "greet", "kind"], "aside"));
    expect(after).toBe(TEXT.replace("kind: say   ", "kind: aside   "));
  });
  it("keeps comments in a list that grows", () => {
    const after = written(TEXT, put(contentOf(TEXT), ["steps", "ask", "says"], ["What is it?", "How can I help?", "Yes?"]));
    expect(after).toContain("What is it? # short");
    expect(lost(TEXT, after)).toHaveLength(1);
  });
  it("renames a step where it stands", () => {
    const content = contentOf(TEXT);
    const after = written(TEXT, { ...content, steps: renamed(content["steps"] as Content, "ask", "question") });
    expect(after).toBe(TEXT.replace("  ask:", "  question:"));
  });
  it("takes a step away with the comment that is about it, and no other", () => {
    const content = contentOf(TEXT);
    const after = written(TEXT, { ...content, steps: without(content["steps"] as Content, "ask") });
    expect(after).not.toContain("what is wanted");
    expect(after).toContain("# --- first ---");
    expect(stepsOf(contentOf(after))).not.toHaveProperty("ask");
  });
  it("adds a step at the end, with the air the others have", () => {
    const after = written(TEXT, put(contentOf(TEXT), ["steps", "more"], { kind: "say", says: "More.", next: "bye" }));
    expect(after.startsWith(TEXT)).toBe(true);
    expect(after).toContain("\n\n  more:\n    kind: say\n");
  });
  it("quotes what would else be read as something other than text", () => {
    const said = ["null", "012", "12", "true", "a: b", "# no", "{x}", "two\nlines", "", "yes", "- x", '"', "'"];
    for (const words of said) {
      expect(contentOf(written(TEXT, put(contentOf(TEXT), ["steps", "bye", "says"], words)))).toHaveProperty("steps.bye.says", words);
      expect(contentOf(written(TEXT, put(contentOf(TEXT), ["steps", "greet", "says"], words)))).toHaveProperty("steps.greet.says", words);
    }
  });
  it("keeps line ends as they are", () => {
    const windows = TEXT.replaceAll("\n", "\r\n");
    const after = written(windows, put(contentOf(windows), ["steps", "more"], { kind: "end", says: "Bye" }));
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });
  it("writes a document that has no text yet", () => {
    const content = { schema: 1, steps: { a: { kind: "say", says: ["x", "y"] } } };
    expect(contentOf(fresh(content))).toEqual(content);
  });
});

/** Small changes anywhere in a document, the same ones each time. */
function changes(content: Content, seed: number): Content {
  let state = seed;
  const chance = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const VALUES: Value[] = ["new words", 3, true, ["one", "two"], { en: "Hi", es: "Hola" }, { kind: "say", says: "A: b", next: "greet" }, []];
  let changed = content;
  for (let count = 0; count < 6; count += 1) {
    const path: string[] = [];
    let value: Value | undefined = changed;
    while (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const keys = Object.keys(value);
      if (keys.length === 0 || (path.length > 0 && chance(4) === 0)) break;
      const key = keys[chance(keys.length)] as string;
      path.push(key);
      value = at(changed, path);
    }
    const pick = VALUES[chance(VALUES.length)];
    const what = chance(4);
    if (what === 0) changed = put(changed, path, undefined);
    else if (what === 1 && typeof value === "object" && value !== null && !Array.isArray(value)) changed = put(changed, [...path, "added"], pick);
    else if (path.length > 0) changed = put(changed, path, pick);
  }
  return changed;
}

describe.each(SHIPPED)("in %s", (_, text) => {
  const content = contentOf(text);
  it("an unchanged flow is the same, byte for byte", () => {
    expect(written(text, structuredClone(content))).toBe(text);
  });
  it.each(Array.from({ length: 12 }, (_, seed) => seed))("any changes are read back as they were made (%i)", (seed) => {
    const wanted = changes(content, seed + 1);
    expect(contentOf(written(text, wanted))).toEqual(wanted);
  });
  it("a text changed and changed back leaves all other lines alone", () => {
    const name = Object.keys(stepsOf(content))[0] as string;
    const after = written(text, put(content, ["steps", name, "says"], "Something else."));
    expect(lost(text, after).length).toBeLessThanOrEqual(8);
    expect(text.split("\n").filter((line) => line.trim().startsWith("#")).every((line) => after.includes(line))).toBe(true);
  });
});

it("a question mark is quoted within brackets, where the platform does not read it bare", () => {
  const text = "steps:\n  greet:\n    says: {en: Hello.}   # short\n    again: Which?\n";
  const says = { en: "Hello.", es: "¿Qué tal?" };
  expect(written(text, put(contentOf(text), ["steps", "greet", "says"], says))).toBe(
    text.replace("{en: Hello.}", '{en: Hello., es: "¿Qué tal?"}'),
  );
});
