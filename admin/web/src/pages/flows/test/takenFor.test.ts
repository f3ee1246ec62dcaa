import { expect, test } from "vitest";
import { takenFor } from "./takenFor";

const answer = { option: "meaning.track_order", confidence: 0.914, failed: "", took_ms: 420 };

test("says what words were taken for, how surely, and how long that took", () => {
  expect(takenFor(answer)).toBe("understood by the language model as “track order”, 91 % sure, in 420 ms");
});

test("says when the words were none of what is listened for, and when there was no answer", () => {
  expect(takenFor({ ...answer, option: null })).toBe("the language model found none of what is listened for here");
  expect(takenFor({ ...answer, option: null, failed: "timeout" })).toBe("the language model gave no answer (timeout)");
});
