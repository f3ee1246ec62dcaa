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
  expect(sentenceOf({ action: "publish_flow", subject_kind: "flow", subject: "refund" })).toBe("Publish flow: refund");
});
