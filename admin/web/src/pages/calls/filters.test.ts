import { expect, test } from "vitest";
import { changed, chipsOf, filtersOf, without } from "./filters";

test("an address gives filters, and what is none or ill put is left out", () => {
  const found = {
    search: 1503,
    outcome: "completed",
    ending: ["contained", "nonsense"],
    tool_failed: true,
    slower_than_ms: 900,
    said_by: "nobody",
    since: "yesterday",
    until: "2026-11-23T00:00:00Z",
    satisfaction_from: "5",
    evil: "<script>",
    flow: "   ",
  };
  expect(filtersOf(found)).toEqual({
    search: "1503",
    outcome: ["completed"],
    ending: ["contained"],
    tool_failed: true,
    slower_than_ms: 900,
    until: "2026-11-23T00:00:00Z",
  });
});

test("filters that were read are read the same again", () => {
  const filters = filtersOf({ outcome: ["failed"], drafts: false, transferred_to: "", said: "refund", said_by: "caller" });
  expect(filters.transferred_to).toBe("");
  expect(filtersOf({ ...filters })).toEqual(filters);
});

test("one filter is changed or taken away, and the others stay", () => {
  const filters = filtersOf({ flow: "order_status@3", tool_failed: true });
  expect(changed(filters, { flow: undefined, interrupted: false })).toEqual({ tool_failed: true, interrupted: false });
  expect(without(filters, "tool_failed")).toEqual({ flow: "order_status@3" });
});

test("each filter is told in words, and what goes with it is known", () => {
  const chips = chipsOf({
    flow: "order_status@3",
    outcome: ["failed", "running"],
    slower_than_ms: 1_240,
    satisfaction_to: 2,
    said: "refund",
    said_by: "caller",
    transferred_from: "",
    measured: true,
    drafts: false,
  });
  expect(chips.map((chip) => chip.text)).toEqual([
    "Flow order_status v3",
    "Failed or Running",
    "From the step nowhere known",
    "A response slower than 1.24 s",
    "Without calls to drafts",
    "Rated 1–2",
    "Caller said “refund”",
  ]);
  expect(chips.at(-1)?.names).toEqual(["said", "said_by"]);
});

test("a day is told as a day", () => {
  const [since, until] = [new Date(2026, 10, 23), new Date(2026, 10, 24)];
  const [chip, ...others] = chipsOf({ since: since.toISOString(), until: until.toISOString() });
  expect(others).toEqual([]);
  expect(chip?.text).not.toContain("–");
  expect(chip?.names).toEqual(["since", "until"]);
});
