import { expect, test } from "vitest";
import { GUIDANCE, troubleOf } from "./microphone";

test.each([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "none"],
  ["NotReadableError", "busy"],
  ["TypeError", "unknown"],
])("%s is told as %s", (name, trouble) => {
  expect(troubleOf(Object.assign(new Error("technical"), { name }))).toBe(trouble);
});

test("every trouble says what to do, and none repeats the technical error", () => {
  for (const { title, what } of Object.values(GUIDANCE)) {
    expect(what).toMatch(/[.]$/);
    expect(title).not.toMatch(/Error/);
  }
});
