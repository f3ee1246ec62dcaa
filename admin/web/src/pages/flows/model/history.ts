/** Undo and redo: what was, what is, what was undone. Pure. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What the newest change was to; changes to the same thing soon after are one. */
  readonly about: string;
  readonly at_ms: number;
}

const MOST = 200;
const ONE_CHANGE_MS = 1_200;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], about: "", at_ms: -Infinity };
}

/** A change. `about`: what is being typed into, say; empty for a change of its own. */
export function changed<T>(history: History<T>, present: T, about: string, at_ms: number): History<T> {
  if (present === history.present) return history;
  const goesOn = about !== "" && about === history.about && at_ms - history.at_ms < ONE_CHANGE_MS;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-MOST);
  return { past, present, future: [], about, at_ms };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], about: "", at_ms: -Infinity };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, about: "", at_ms: -Infinity };
}
