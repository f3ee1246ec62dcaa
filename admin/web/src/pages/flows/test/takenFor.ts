import type { Schemas } from "@/api/client";
import { words } from "../model/graph";

/** What a language model made of words that fit no phrase. */
export function takenFor({ option, confidence, failed, took_ms }: Schemas["TakenFor"]): string {
  if (failed) return `the language model gave no answer (${words(failed)})`;
  if (option === null) return "the language model found none of what is listened for here";
  const meant = words(option.slice(option.indexOf(".") + 1));
  return `understood by the language model as “${meant}”, ${Math.round(confidence * 100)} % sure, in ${took_ms} ms`;
}
