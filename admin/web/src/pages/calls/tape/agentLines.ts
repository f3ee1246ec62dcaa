/**
 * The agent's words: given out, then heard or flushed, and when at the caller's ear. As
 * `config/tape/agent_words.py` has it; a test holds both to the same figures.
 */
import { type ActRow, MICRO_TURN_MS, type TurnRow } from "./rows";

export interface VoicedWord {
  text: string;
  /** Agent time. */
  startMs: number;
  endMs: number;
  /** The agent was cut there (agent time): only sound before it may still be heard. */
  doubtMs: number | null;
  /** Call time at which it began to sound at the caller's ear; null: not that is known. */
  earMs: number | null;
  fate: "coming" | "heard" | "lost";
  /** Call time less agent time, when it was given out: where it would have sounded. */
  offsetMs: number;
}

/** A stretch of agent speech: one offer, or what was heard of it. No offer: said in passing ("mm-hm"). */
export interface AgentLine {
  offerId: string;
  words: VoicedWord[];
  cut: boolean;
}

/** Follows the agent's words row by row. */
export class AgentLines {
  readonly lines: AgentLine[] = [];
  /** Call time at which the agent yielded, each time: where the micro-turn begins. */
  readonly yieldedMs: number[] = [];
  private open: { line: AgentLine; word: VoicedWord }[] = [];
  private offsetMs = MICRO_TURN_MS;

  turn(row: TurnRow, acts: readonly ActRow[]): void {
    const beginsMs = row.index * MICRO_TURN_MS;
    if (row.heard_ms !== undefined) this.heard(row.heard_ms, beginsMs);
    if (acts.some((act) => act.act === "Yielded")) {
      this.yieldedMs.push(beginsMs);
      for (const { word } of this.open) word.doubtMs ??= beginsMs;
    }
    if (row.agent) this.voiced(row.agent);
  }

  private voiced({ offer, words }: NonNullable<TurnRow["agent"]>): void {
    const offerId = offer ?? "";
    let line = this.lines.at(-1);
    const doubtful = line?.words.some((word) => word.fate === "coming" && word.doubtMs !== null);
    if (!line || line.offerId !== offerId || line.cut || doubtful) {
      line = { offerId, words: [], cut: false };
      this.lines.push(line);
    }
    for (const { text, start_ms, end_ms } of words) {
      const word: VoicedWord = {
        text,
        startMs: start_ms,
        endMs: end_ms,
        doubtMs: null,
        earMs: null,
        fate: "coming",
        offsetMs: this.offsetMs,
      };
      line.words.push(word);
      this.open.push({ line, word });
    }
  }

  private heard(heardMs: number, beginsMs: number): void {
    this.offsetMs = beginsMs + MICRO_TURN_MS - heardMs;
    this.open = this.open.filter(({ line, word }) => {
      // A position beyond a cut proves what lay before it flushed.
      if (word.doubtMs !== null && heardMs > word.doubtMs) {
        line.cut = true;
        word.fate = "lost";
        return false;
      }
      if (heardMs > word.startMs && word.earMs === null) {
        // Before this micro-turn the caller was not at the word yet; the line may have left out silence.
        word.earMs = beginsMs + MICRO_TURN_MS - Math.min(heardMs - word.startMs, MICRO_TURN_MS);
      }
      if (word.endMs > heardMs) return true;
      word.fate = "heard";
      return false;
    });
  }
}

/** Call time at which a word sounded, or would have. */
export function soundsMs(word: VoicedWord): number {
  return word.earMs ?? word.startMs + word.offsetMs;
}

/** Call time of a line's first sound at the caller's ear; null: none has reached it. */
export function lineEarMs(line: AgentLine): number | null {
  const first = line.words.find((word) => word.fate === "heard") ?? line.words.find((word) => word.fate === "coming");
  return first?.earMs ?? null;
}

/** Call time at which a line's last heard word had sounded; null: none was heard. */
export function lineEarEndMs(line: AgentLine): number | null {
  const last = line.words.findLast((word) => word.fate === "heard");
  return last?.earMs == null ? null : last.earMs + last.endMs - last.startMs;
}
