import { expect, test } from "vitest";
import { put } from "./content";
import { recognises, recognising } from "./recognition";
import { read, written } from "./yaml";

const FLOW = `schema: 1
name: shop
start: greet
recognise_language: {sure: 0.95, words: 3}   # the phone is loud
global_keys: {"2": in_spanish}
steps: {}
`;

function changed(text: string, path: readonly string[], value: Parameters<typeof put>[2]): string {
  const { content } = read(text);
  if (content === null) throw new Error("not a flow");
  return written(text, put(content, path, value));
}

test("it is on where nothing is said, and off by a plain no or among its figures", () => {
  expect([undefined, true, {}, { sure: 0.5 }, { on: true }].map(recognises)).toEqual([true, true, true, true, true]);
  expect([false, { on: false }, { on: false, sure: 0.5 }].map(recognises)).toEqual([false, false, false]);
});

test("turned off and on again, its figures are as they were", () => {
  const figures = { sure: 0.95, words: 3 };
  const off = recognising(figures, false);
  expect(off).toEqual({ on: false, sure: 0.95, words: 3 });
  expect(recognising(off, true)).toEqual(figures);
  expect(recognising(undefined, false)).toBe(false);
  expect(recognising({ on: false }, true)).toBeUndefined();
});

test("what is changed there leaves all else as it is written", () => {
  const off = changed(FLOW, ["recognise_language"], recognising({ sure: 0.95, words: 3 }, false));
  expect(off).toBe(FLOW.replace("{sure", "{on: false, sure"));
  expect(changed(off, ["recognise_language"], { sure: 0.95, words: 3 })).toBe(FLOW);
});

test("keys of the telephone are written so that they are read as words", () => {
  let text = FLOW;
  for (const key of ["0", "*", "#"]) text = changed(text, ["global_keys", key], "a_person");
  expect(read(text).content?.["global_keys"]).toEqual({ "2": "in_spanish", "0": "a_person", "*": "a_person", "#": "a_person" });
  expect(text).toMatch(/"0": a_person/);
  for (const key of ["0", "*", "#"]) text = changed(text, ["global_keys", key], undefined);
  expect(text).toBe(FLOW);
});
