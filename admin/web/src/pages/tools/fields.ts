/** A tool's JSON schema as the fields of a form, and what was typed as the arguments. */
export interface ArgumentField {
  name: string;
  about: string;
  required: boolean;
  kind: "text" | "number" | "boolean" | "date" | "json" | "choice";
  choices: string[];
}

type Json = Record<string, unknown>;

function resolved(schema: Json, whole: Json): Json {
  const ref = schema["$ref"];
  if (typeof ref === "string" && ref.startsWith("#/$defs/"))
    return resolved(((whole["$defs"] as Json)[ref.slice("#/$defs/".length)] as Json | undefined) ?? {}, whole);
  const any = schema["anyOf"];
  if (Array.isArray(any)) {
    const real = (any as Json[]).find((each) => each["type"] !== "null");
    return real ? { ...schema, ...resolved(real, whole), anyOf: undefined } : schema;
  }
  return schema;
}

export function fieldsOf(schema: Json): ArgumentField[] {
  const properties = (schema["properties"] as Record<string, Json> | undefined) ?? {};
  const required = new Set((schema["required"] as string[] | undefined) ?? []);
  return Object.entries(properties).map(([name, given]) => {
    const own = resolved(given, schema);
    const choices = Array.isArray(own["enum"]) ? own["enum"].map(String) : [];
    return {
      name,
      about: String(given["description"] ?? own["description"] ?? ""),
      required: required.has(name),
      kind: kindOf(own, choices),
      choices,
    };
  });
}

function kindOf(schema: Json, choices: string[]): ArgumentField["kind"] {
  if (choices.length) return "choice";
  switch (schema["type"]) {
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
    case "object":
      return "json";
    default:
      return schema["format"] === "date" ? "date" : "text";
  }
}

/**
 * The arguments to send; a field left empty is left out.
 *
 * @throws {SyntaxError} a list or an object is no JSON; the message names the field.
 */
export function argumentsOf(fields: readonly ArgumentField[], typed: Readonly<Record<string, string>>): Json {
  const given: Json = {};
  for (const { name, kind } of fields) {
    const text = typed[name]?.trim() ?? "";
    if (!text) continue;
    if (kind === "number") given[name] = Number.isFinite(Number(text)) ? Number(text) : text;
    else if (kind === "boolean") given[name] = text === "true";
    else if (kind === "json") given[name] = parsed(name, text);
    else given[name] = text;
  }
  return given;
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`${name} must be JSON, like ["a", "b"] or {"a": 1}.`);
  }
}
