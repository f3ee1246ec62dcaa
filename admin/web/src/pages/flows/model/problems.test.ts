import { expect, it } from "vitest";
import { countByStep, problemsAt, under } from "./problems";
import { read } from "./yaml";

const TEXT = `schema: 1
start: nowhere
global_keys: {"#": gone}
steps:
  greet:
    kind: ask
    says: Hi
    answers: {yes: gone}
  look:
    kind: look_up
    arguments:
      number: "{x}"
`;
const found = (step: string | null, line: number | null, sentence: string) =>
  problemsAt([{ severity: "error", step, line, sentence, fix: null }], TEXT, read(TEXT).content ?? {})[0]?.path;

it("a finding is brought to the field its line is about", () => {
  expect(found("greet", 8, "answers.yes 'gone' does not exist")).toEqual(["steps", "greet", "answers", "yes"]);
  expect(found(null, 3, "global_keys.#: step 'gone' does not exist")).toEqual(["global_keys", "#"]);
  expect(found(null, 3, "global_keys: '2' could also begin a number")).toEqual(["global_keys"]);
  expect(found(null, 2, "start: step 'nowhere' does not exist")).toEqual(["start"]);
});
it("without a line, to the field its words name", () => {
  expect(found("look", null, "'tool' is missing")).toEqual(["steps", "look", "tool"]);
  expect(found("look", 9, "'waiting.says' is missing")).toEqual(["steps", "look", "waiting", "says"]);
  expect(found("look", null, "argument 'number' takes slot 'x', which does not exist")).toEqual(["steps", "look", "arguments", "number"]);
  expect(found("look", null, "decides by 'x', which no slot and no look-up gives")).toEqual(["steps", "look", "by"]);
  expect(found("greet", null, "is never reached")).toEqual(["steps", "greet"]);
});
it("problems are counted where they are seen", () => {
  const problems = problemsAt(
    [
      { severity: "error", step: "greet", line: null, sentence: "is never reached", fix: null },
      { severity: "error", step: null, line: 2, sentence: "start: step 'nowhere' does not exist", fix: null },
    ],
    TEXT,
    read(TEXT).content ?? {},
  );
  expect(countByStep(problems)).toEqual(new Map([["greet", 1], ["@start", 1]]));
  expect(problems.some((problem) => under(problem, ["steps", "greet"]))).toBe(true);
});
