import { expect, it } from "vitest";
import { begin, changed, redone, undone } from "./history";

it("undo goes back one change at a time, and redo forward again", () => {
  let history = begin("a");
  history = changed(history, "b", "", 0);
  history = changed(history, "c", "", 1);
  expect(undone(history).present).toBe("b");
  expect(undone(undone(history)).present).toBe("a");
  expect(redone(undone(history))).toMatchObject({ present: "c", future: [] });
  expect(undone(begin("a")).present).toBe("a");
  expect(redone(begin("a")).present).toBe("a");
});
it("what is typed into one field is one change, until there is a pause", () => {
  let history = begin("");
  history = changed(history, "h", "says", 0);
  history = changed(history, "hi", "says", 300);
  expect(undone(history).present).toBe("");
  history = changed(history, "hi!", "says", 5_000);
  expect(undone(history).present).toBe("hi");
  history = changed(history, "x", "other", 5_100);
  expect(undone(history).present).toBe("hi!");
});
it("a change after undo leaves nothing to redo", () => {
  const history = changed(undone(changed(begin("a"), "b", "", 0)), "c", "", 1);
  expect(redone(history).present).toBe("c");
  expect(undone(history).present).toBe("a");
});
it("typing on after undo is a change of its own", () => {
  const history = changed(undone(changed(begin("a"), "b", "says", 0)), "c", "says", 10);
  expect(undone(history).present).toBe("a");
});
it("the past has an end", () => {
  let history = begin(0);
  for (let count = 1; count <= 1_000; count += 1) history = changed(history, count, "", count);
  expect(history.past.length).toBe(200);
});
