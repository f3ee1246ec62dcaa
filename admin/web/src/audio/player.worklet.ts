/**
 * What came over the line, to the loudspeaker, from 16 kHz to the machine's rate.
 *
 * In: `PlayerOrder`. Out: `Played`, every 40 ms and at once after a clear.
 */
import { RATE_HZ, toFloat } from "./pcm";
import { Playout, type PlayoutSizes } from "./playout";
import { Resampler } from "./resample";

export const PLAYER = "tandem-player";

export interface PlayerOptions {
  /** 1, or 2: left the caller, right the agent. */
  channels: 1 | 2;
  sizes: PlayoutSizes;
}

export type PlayerOrder =
  | { kind: "pcm"; pcm: Int16Array<ArrayBuffer> }
  | { kind: "clear" }
  /** How loud each channel is, 0 to 1. */
  | { kind: "gains"; gains: number[] }
  /** How long the machine takes from here to the ear. */
  | { kind: "latency"; seconds: number };

export interface Played {
  /** Frames, at 16 kHz, of all that came: those that have left the loudspeaker, and those a clear dropped. */
  passed: number;
  buffered: number;
  gaps: number;
  /** Loudest sample of each channel since the last report. */
  peaks: number[];
  /** The answer to a clear. */
  cleared: boolean;
}

const REPORT_EVERY_S = 0.04;
/** How far to its own side each of two voices is heard: far enough to tell them apart, near enough to listen long. */
const ASIDE = 0.75;

class Player extends AudioWorkletProcessor {
  private readonly playout: Playout;
  private readonly resamplers: Resampler[];
  private readonly peaks: Float32Array;
  private readonly gains: Float32Array;
  private readonly wanted: Float32Array;
  private since = 0;
  private latencyReports = 0;
  private readonly left: number[] = [];

  constructor(options: { processorOptions?: unknown }) {
    super();
    const { channels, sizes } = options.processorOptions as PlayerOptions;
    this.playout = new Playout(channels, sizes);
    this.resamplers = Array.from({ length: channels }, () => new Resampler(RATE_HZ, Math.round(sampleRate)));
    this.peaks = new Float32Array(channels);
    this.gains = new Float32Array(channels).fill(1);
    this.wanted = this.gains.slice();
    this.port.onmessage = (event: MessageEvent<PlayerOrder>) => this.obey(event.data);
  }

  private obey(order: PlayerOrder): void {
    if (order.kind === "pcm") this.playout.push(toFloat(order.pcm));
    else if (order.kind === "gains") this.wanted.set(order.gains.slice(0, this.wanted.length));
    else if (order.kind === "latency") this.latencyReports = Math.round(order.seconds / REPORT_EVERY_S);
    else {
      this.playout.clear();
      this.report(true);
    }
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0] ?? [];
    const length = out[0]?.length ?? 128;
    const channels = this.playout.channels;
    const pulled = this.playout.pull(this.resamplers[0]?.inputsFor(length) ?? 0);
    const voices = this.resamplers.map((resampler, channel) => {
      const input = new Float32Array(pulled.length / channels);
      for (let k = 0; k < input.length; k++) {
        input[k] = pulled[k * channels + channel] ?? 0;
        this.peaks[channel] = Math.max(this.peaks[channel] ?? 0, Math.abs(input[k] ?? 0));
      }
      return resampler.process(input, length);
    });
    this.mix(voices, out, length);
    this.since += length / sampleRate;
    if (this.since >= REPORT_EVERY_S) this.report(false);
    return true;
  }

  private mix(voices: Float32Array[], out: Float32Array[], length: number): void {
    for (const [channel, voice] of voices.entries()) {
      for (let k = 0; k < length; k++) {
        const gain = this.gains[channel] ?? 1;
        this.gains[channel] = gain + ((this.wanted[channel] ?? 1) - gain) * 0.002;
        const sample = (voice[k] ?? 0) * gain;
        for (const [side, samples] of out.entries()) {
          const share = voices.length === 1 ? 1 : side === channel ? ASIDE : 1 - ASIDE;
          samples[k] = (samples[k] ?? 0) + sample * share;
        }
      }
    }
  }

  private report(cleared: boolean): void {
    const { played, dropped, buffered, gaps } = this.playout;
    if (!cleared) {
      this.left.push(played + dropped);
      while (this.left.length > this.latencyReports + 1) this.left.shift();
    }
    const passed = cleared ? played + dropped : (this.left[0] ?? 0);
    this.port.postMessage({ passed, buffered, gaps, peaks: [...this.peaks], cleared } satisfies Played);
    this.peaks.fill(0);
    this.since = 0;
  }
}

registerProcessor(PLAYER, Player);
