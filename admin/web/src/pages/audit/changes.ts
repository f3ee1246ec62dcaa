/** An entry of the audit log in words, and what it changed field by field. */
import type { Schemas } from "@/api/client";

type Entry = Pick<Schemas["AuditEntry"], "action" | "subject_kind" | "subject" | "before" | "after">;
type Values = Record<string, unknown> | null;

const ID = /^[0-9a-f]{32}$/;

/** "publish_flow", "flow", "refund" → "Publish flow: refund"; people go by their e-mail address. */
export function sentenceOf(entry: Entry): string {
  const { action, subject_kind: kind, subject } = entry;
  const named = ID.test(subject) ? String((entry.after ?? entry.before)?.["email"] ?? subject) : subject;
  const words = action.replaceAll("_", " ").trim() || kind;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${named ? `: ${named}` : ""}`;
}

export interface Change {
  field: string;
  before: string;
  after: string;
}

/** The fields that differ; a side that had none is empty. */
export function changesOf(before: Values, after: Values): Change[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields]
    .map((field) => ({ field, before: shown(before?.[field]), after: shown(after?.[field]) }))
    .filter((change) => change.before !== change.after);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
