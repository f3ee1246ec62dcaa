import { expect, test } from "vitest";
import { changesOf, sentenceOf } from "./changes";

test("only fields that differ are shown, also those of one side", () => {
  expect(changesOf({ flow: "a", label: "x" }, { flow: "b", label: "x", share: 0.1 })).toEqual([
    { field: "flow", before: "a", after: "b" },
    { field: "share", before: "", after: "0.1" },
  ]);
  expect(changesOf(null, { name: "Ada" })).toEqual([{ field: "name", before: "", after: "Ada" }]);
  expect(changesOf(null, null)).toEqual([]);
});

test("an action is told in words", () => {
  const publish = { action: "publish_flow", subject_kind: "flow", subject: "refund", before: null, after: {} };
  expect(sentenceOf(publish)).toBe("Publish flow: refund");
  const id = "4fa8d239f90843a3a9db431d590b5fa9";
  const left = { action: "log_out", subject_kind: "session", subject: id, before: { email: "ada@x.org" }, after: null };
  expect(sentenceOf(left)).toBe("Log out: ada@x.org");
});
