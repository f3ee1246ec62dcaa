/** What a call's turn-taking was like, in figures, as `config/tape/measures.py` has it. Call time in ms. */
import { type AgentLine, lineEarEndMs, lineEarMs } from "./agentLines";
import type { CallerTurn } from "./callerTurns";

/** A caller's turn and the agent's answer to it; `latencyMs` is from last sound to first, below 0 they overlap. */
export interface Response {
  endedMs: number;
  answeredMs: number;
  latencyMs: number;
}

/** The caller spoke over the agent, meaning to be heard. */
export interface Interruption {
  atMs: number;
  /** The agent stopped. */
  yielded: boolean;
}

/** Pair each of the caller's turns with the agent's first sound after it, if that came before the next. */
export function responsesOf(turns: readonly CallerTurn[], lines: readonly AgentLine[]): Response[] {
  const taken = turns.filter((turn) => turn.takenMs !== null && turn.endMs !== null);
  const sounded = lines.filter((line) => line.offerId && lineEarMs(line) !== null);
  const responses: Response[] = [];
  taken.forEach((turn, at) => {
    const { endMs, takenMs } = turn;
    const answer = sounded.find((line) => takenMs !== null && firstStartMs(line) >= takenMs);
    const answeredMs = answer ? lineEarMs(answer) : null;
    const following = taken[at + 1];
    if (answeredMs === null || endMs === null || (following && answeredMs >= following.atMs)) return;
    responses.push({ endedMs: endMs, answeredMs, latencyMs: answeredMs - endMs });
  });
  return responses;
}

/** Where the caller spoke over the agent and did not merely say "mm-hm". */
export function interruptionsOf(
  turns: readonly CallerTurn[],
  beganMs: readonly number[],
  lines: readonly AgentLine[],
  yieldedMs: readonly number[],
): Interruption[] {
  const found: Interruption[] = yieldedMs.map((atMs) => ({
    atMs: beganMs.findLast((began) => began <= atMs) ?? atMs,
    yielded: true,
  }));
  for (const turn of turns) {
    if (turn.takenMs === null || turn.words.length === 0) continue;
    const over = lines.some((line) => line.offerId && soundsAt(line, turn.atMs));
    const untilMs = turn.takenMs;
    const yielded = yieldedMs.some((atMs) => turn.atMs <= atMs && atMs <= untilMs);
    if (over && !yielded) found.push({ atMs: turn.atMs, yielded: false });
  }
  return found.sort((one, other) => one.atMs - other.atMs);
}

function firstStartMs(line: AgentLine): number {
  const first = line.words.find((word) => word.fate === "heard") ?? line.words.find((word) => word.fate === "coming");
  return first?.startMs ?? -Infinity;
}

function soundsAt(line: AgentLine, atMs: number): boolean {
  const [fromMs, untilMs] = [lineEarMs(line), lineEarEndMs(line)];
  return fromMs !== null && untilMs !== null && fromMs < atMs && atMs < untilMs;
}
