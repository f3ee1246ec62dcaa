/** What a replay showed, in a sentence, and the lines of both calls beside each other. Pure. */
import { outcomeOf, plain } from "../tape/wording";
import { clock } from "../tape/scale";
import type { Comparison, Difference } from "./replayQueries";

/** What to read first: where the two calls part, or that they do not. */
export function verdict(comparison: Comparison): { title: string; about: string } {
  const { diverges, differences, recorded, replayed } = comparison;
  const [then] = outcomeOf(recorded.outcome);
  const [now] = outcomeOf(replayed.outcome);
  const sameEnd = recorded.outcome === replayed.outcome && recorded.transferred_to === replayed.transferred_to;
  const end = sameEnd ? `Both end the same: ${then.toLowerCase()}.` : `It ended ${then.toLowerCase()}; it would end ${now.toLowerCase()}.`;
  if (!diverges) {
    const others = differences.length;
    return {
      title: "The agent says the same in both calls",
      about: others ? `${end} ${others} ${others === 1 ? "other thing differs" : "other things differ"}.` : end,
    };
  }
  return { title: `The same until ${clock(whenMs(diverges))}, then the agent says something else`, about: end };
}

/** When a difference is first seen, in call time. */
export function whenMs(difference: Difference): number {
  const times = [difference.recorded_ms, difference.replayed_ms].filter((ms): ms is number => ms !== null);
  return Math.min(...times);
}

const KINDS: Readonly<Record<Difference["what"], string>> = {
  said: "The agent said",
  understood: "Understood of the caller",
  tool: "Asked a background agent",
  step: "Came to the step",
  outcome: "Ended",
};

export function differenceKind(difference: Difference): string {
  return KINDS[difference.what];
}

/** One side of a difference in words; null: it is not there at all. */
export function differenceText(difference: Difference, side: "recorded" | "replayed"): string | null {
  const text = difference[side];
  if (text === null) return null;
  if (difference.what === "outcome") return outcomeOf(text)[0];
  return difference.what === "said" || difference.what === "understood" ? `“${text}”` : plain(text);
}

export interface Beside {
  key: string;
  who: "caller" | "agent";
  recorded: { atMs: number; text: string; cut: boolean } | null;
  replayed: { atMs: number; text: string; cut: boolean } | null;
  same: boolean;
  /** Here the two calls part. */
  parts: boolean;
}

/** Both transcripts, line beside line. */
export function besides({ pairs, recorded, replayed, diverges }: Comparison): Beside[] {
  const partsMs = diverges && { recorded: diverges.recorded_ms, replayed: diverges.replayed_ms };
  return pairs.flatMap((pair): Beside[] => {
    const one = pair.recorded === null ? null : (recorded.timeline.lines[pair.recorded] ?? null);
    const other = pair.replayed === null ? null : (replayed.timeline.lines[pair.replayed] ?? null);
    const who = one?.who ?? other?.who;
    if (!who) return [];
    const told = (line: typeof one) =>
      line && { atMs: line.start_ms, cut: line.cut, text: line.words.map((word) => word.text).join(" ") };
    const parts =
      !pair.same &&
      who === "agent" &&
      partsMs !== null &&
      ((one !== null && one.start_ms === partsMs.recorded) || (other !== null && other.start_ms === partsMs.replayed));
    return [{ key: `${pair.recorded}-${pair.replayed}`, who, recorded: told(one), replayed: told(other), same: pair.same, parts }];
  });
}
