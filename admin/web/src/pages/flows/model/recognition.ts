/** Whether, and from what on, a call goes on in the language its caller speaks (`recognise_language`). */
import { isBranch, type Value, without } from "./content";

/** It does, unless the flow says no: `false`, or `on: false` among its figures. */
export function recognises(value: Value | undefined): boolean {
  return isBranch(value) ? value["on"] !== false : value !== false;
}

/** What is written to turn it on or off; figures that are set stay. Undefined: nothing need be written. */
export function recognising(value: Value | undefined, on: boolean): Value | undefined {
  if (!isBranch(value)) return on ? undefined : false;
  const figures = without(value, "on");
  if (Object.keys(figures).length === 0) return on ? undefined : false;
  return on ? figures : { on: false, ...figures };
}
