/** The recording being played, and who must know where it is. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { Refusal } from "@/api/client";

export const RATES = [1, 1.25, 1.5, 2, 0.75] as const;

export class Player {
  readonly audio = new Audio();
  private readonly followers = new Set<(ms: number) => void>();
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  trouble: string | null = null;

  constructor(source: string) {
    this.audio.preload = "metadata";
    this.audio.src = source;
    for (const event of ["play", "pause", "ended", "ratechange", "error"]) this.audio.addEventListener(event, this.changed);
    this.audio.addEventListener("seeked", this.moved);
  }

  get ms(): number {
    return this.audio.currentTime * 1_000;
  }

  get playing(): boolean {
    return !this.audio.paused && !this.audio.ended;
  }

  async play(fromMs?: number): Promise<void> {
    if (fromMs !== undefined) this.seek(fromMs);
    try {
      await this.audio.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.trouble = "This browser could not play the recording.";
      this.changed();
      throw new Refusal(0, "cannot-play", this.trouble);
    }
  }

  toggle(): void {
    if (this.playing) this.audio.pause();
    else void this.play();
  }

  seek(ms: number): void {
    this.audio.currentTime = Math.max(0, ms / 1_000);
    this.moved();
  }

  /** Have something called with the place in ms, at every frame while it plays and whenever it is moved. */
  follow(follower: (ms: number) => void): () => void {
    this.followers.add(follower);
    follower(this.ms);
    return () => this.followers.delete(follower);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  close(): void {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  private readonly moved = () => {
    for (const follower of this.followers) follower(this.ms);
  };

  private readonly changed = () => {
    cancelAnimationFrame(this.frame);
    if (this.playing) this.frame = requestAnimationFrame(this.step);
    for (const listener of this.listeners) listener();
    this.moved();
  };

  private readonly step = () => {
    this.moved();
    if (this.playing) this.frame = requestAnimationFrame(this.step);
  };
}

/** A player of a recording, while the page is shown; null before it is there, or where there is none. */
export function usePlayer(source: string | null): Player | null {
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (!source) return;
    const made = new Player(source);
    setPlayer(made);
    return () => {
      made.close();
      setPlayer(null);
    };
  }, [source]);
  return player;
}

const never = () => () => {};

export function usePlaying(player: Player | null): boolean {
  return useSyncExternalStore(player?.subscribe ?? never, () => player?.playing ?? false);
}
