import { expect, test } from "vitest";
import { argumentsOf, fieldsOf } from "./fields";

const SCHEMA = {
  $defs: { Reason: { enum: ["late", "broken"], type: "string" } },
  properties: {
    order_number: { type: "string", description: "six digits" },
    reason: { $ref: "#/$defs/Reason" },
    amount: { anyOf: [{ type: "number" }, { type: "null" }], default: null },
    lines: { type: "array", items: { type: "string" } },
    gift: { type: "boolean" },
  },
  required: ["order_number"],
};

test("a schema becomes fields, references and nullable kinds followed", () => {
  expect(fieldsOf(SCHEMA).map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ["order_number", "text", true],
    ["reason", "choice", false],
    ["amount", "number", false],
    ["lines", "json", false],
    ["gift", "boolean", false],
  ]);
  expect(fieldsOf(SCHEMA)[1]?.choices).toEqual(["late", "broken"]);
  expect(fieldsOf({})).toEqual([]);
});

test("what is typed becomes arguments of their kinds, and what is empty is left out", () => {
  const typed = { order_number: " 104233 ", amount: "12.5", lines: '["a"]', gift: "false", reason: "" };
  expect(argumentsOf(fieldsOf(SCHEMA), typed)).toEqual({
    order_number: "104233",
    amount: 12.5,
    lines: ["a"],
    gift: false,
  });
  expect(() => argumentsOf(fieldsOf(SCHEMA), { lines: "[a" })).toThrow(/lines must be JSON/);
});
