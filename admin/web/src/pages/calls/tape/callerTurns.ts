/** The caller's turns as the platform understood them: the last reading of each. */
import { type ActRow, MICRO_TURN_MS, type TurnRow, type WordRow } from "./rows";

export interface CallerTurn {
  words: WordRow[];
  confidence: number;
  /** Call time of the first word. */
  atMs: number;
  /** When the last word had ended; null without words. */
  endMs: number | null;
  /** Where the micro-turn begins in which the turn was taken; null: it never was. */
  takenMs: number | null;
}

/** Follows what was understood, row by row. */
export class CallerTurns {
  readonly turns: CallerTurn[] = [];
  /** Call time at which the caller began to speak, each time. */
  readonly beganMs: number[] = [];

  turn(row: TurnRow, acts: readonly ActRow[]): void {
    const beginsMs = row.index * MICRO_TURN_MS;
    if (row.caller) {
      const open = this.openTurn();
      const atMs = row.caller.words[0]?.start_ms ?? open?.atMs ?? beginsMs;
      this.put(turnOf(row.caller.words, row.caller.confidence, atMs, null));
    }
    for (const act of acts) {
      if (act.act === "CallerSpoke" && act.at_ms !== undefined) this.beganMs.push(act.at_ms);
      if (act.act !== "TurnTaken") continue;
      const words = act.transcript?.words ?? [];
      this.put(turnOf(words, act.transcript?.confidence ?? 0, words[0]?.start_ms ?? beginsMs, beginsMs));
    }
  }

  private openTurn(): CallerTurn | undefined {
    const last = this.turns.at(-1);
    return last && last.takenMs === null ? last : undefined;
  }

  private put(turn: CallerTurn): void {
    if (this.openTurn()) this.turns.pop();
    this.turns.push(turn);
  }
}

function turnOf(words: WordRow[], confidence: number, atMs: number, takenMs: number | null): CallerTurn {
  return { words, confidence, atMs, endMs: words.at(-1)?.end_ms ?? null, takenMs };
}
