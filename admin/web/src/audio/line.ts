/**
 * Microphone and loudspeaker of one call, on one audio clock: what is sent and what is played cannot drift apart.
 */
import captureUrl from "./capture.worklet?worker&url";
import type { Captured } from "./capture.worklet";
import { Level } from "./level";
import { meter } from "./pcm";
import type { Played, PlayerOptions, PlayerOrder } from "./player.worklet";
import { type PlayoutSizes, TALKING } from "./playout";
import playerUrl from "./player.worklet?worker&url";

interface Wants {
  /** Without a stream silence is sent; without `onPacket` nothing is. */
  microphone?: MediaStream | null;
  onPacket?: (pcm: Int16Array<ArrayBuffer>) => void;
  /** 1, or 2: left the caller, right the agent. */
  channels?: 1 | 2;
  sizes?: PlayoutSizes;
  onPlayed?: (played: Played) => void;
}

export class AudioLine {
  /** Of what is captured. */
  readonly microphone = new Level();
  /** Of each channel that is played. */
  readonly voices: readonly Level[];
  private capture: AudioWorkletNode | null = null;
  private player: AudioWorkletNode | null = null;
  private latencyS = 0;

  private constructor(
    private readonly context: AudioContext,
    private readonly wants: Wants,
  ) {
    this.voices = Array.from({ length: wants.channels ?? 1 }, () => new Level());
  }

  /** Open it, by a click: browsers play nothing before one. */
  static async open(wants: Wants): Promise<AudioLine> {
    const context = new AudioContext({ latencyHint: "interactive" });
    const line = new AudioLine(context, wants);
    try {
      await line.begin();
    } catch (error) {
      await line.close();
      throw error;
    }
    return line;
  }

  private async begin(): Promise<void> {
    const { context, wants } = this;
    await Promise.all([context.audioWorklet.addModule(captureUrl), context.audioWorklet.addModule(playerUrl)]);
    const player = new AudioWorkletNode(context, "tandem-player", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { channels: wants.channels ?? 1, sizes: wants.sizes ?? TALKING } satisfies PlayerOptions,
    });
    player.port.onmessage = (event: MessageEvent<Played>) => {
      this.tellLatency();
      for (const [channel, level] of this.voices.entries())
        level.set(meter((event.data.peaks[channel] ?? 0) / Math.SQRT2 / 2));
      wants.onPlayed?.(event.data);
    };
    player.connect(context.destination);
    this.player = player;
    if (wants.onPacket) this.beginCapture(wants.onPacket);
    // The system may interrupt us (a telephone call on a tablet); go on as soon as it lets us.
    context.onstatechange = () => {
      if (context.state === "suspended") void context.resume();
    };
    await context.resume();
  }

  private beginCapture(onPacket: (pcm: Int16Array<ArrayBuffer>) => void): void {
    const { context } = this;
    const capture = new AudioWorkletNode(context, "tandem-capture", { outputChannelCount: [1] });
    capture.port.onmessage = (event: MessageEvent<Captured>) => {
      this.microphone.set(meter(event.data.rms));
      onPacket(event.data.pcm);
    };
    if (this.wants.microphone) context.createMediaStreamSource(this.wants.microphone).connect(capture);
    capture.connect(context.destination); // silent; a node nobody hears is not run
    this.capture = capture;
  }

  /** It is known only once sound runs, and changes with the loudspeaker (a headset is put on). */
  private tellLatency(): void {
    const seconds = this.context.outputLatency || this.context.baseLatency || 0;
    if (Math.abs(seconds - this.latencyS) < 0.02) return;
    this.latencyS = seconds;
    this.order({ kind: "latency", seconds });
  }

  play(pcm: Int16Array<ArrayBuffer>): void {
    this.order({ kind: "pcm", pcm }, [pcm.buffer]);
  }

  /** Drop what is not played yet. */
  clear(): void {
    this.order({ kind: "clear" });
  }

  /** How loud each voice is heard, 0 to 1. */
  setGains(gains: number[]): void {
    this.order({ kind: "gains", gains });
  }

  mute(muted: boolean): void {
    this.capture?.port.postMessage(muted);
  }

  private order(order: PlayerOrder, moved: Transferable[] = []): void {
    this.player?.port.postMessage(order, moved);
  }

  /** End it. The microphone stays with whoever opened it. */
  async close(): Promise<void> {
    this.context.onstatechange = null;
    if (this.capture) this.capture.port.onmessage = null;
    if (this.player) this.player.port.onmessage = null;
    if (this.context.state !== "closed") await this.context.close();
  }
}

