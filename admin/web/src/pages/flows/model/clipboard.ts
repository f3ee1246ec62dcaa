/** Steps on the clipboard, as text: from one flow to another, or into a chat. */
import { isBranch, type Step, stepsOf, type Content } from "./content";
import type { Copied } from "./graph";

const MARK = "tandem_steps";
const MOST_CHARACTERS = 1_000_000;

export function copyText(content: Content, names: readonly string[]): string {
  const steps = stepsOf(content);
  const chosen = Object.fromEntries(names.flatMap((name) => (steps[name] ? [[name, steps[name]]] : [])));
  return Object.keys(chosen).length === 0 ? "" : JSON.stringify({ [MARK]: chosen }, null, 2);
}

/** What was copied; null for any other text. */
export function copiedFrom(text: string): Copied | null {
  if (!text.includes(MARK) || text.length > MOST_CHARACTERS) return null;
  try {
    const found: unknown = JSON.parse(text);
    const steps = isBranch(found) ? found[MARK] : null;
    if (!isBranch(steps)) return null;
    const sound = Object.entries(steps).filter((entry): entry is [string, Step] => isBranch(entry[1]) && /^[a-z][a-z0-9_]{0,63}$/.test(entry[0]));
    return sound.length === 0 ? null : { steps: Object.fromEntries(sound) };
  } catch {
    return null;
  }
}
