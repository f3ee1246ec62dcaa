/**
 * The microphone as packets of 20 ms at 16 kHz, on the audio clock: silence too, while muted or without a
 * microphone, because the caller's clock drives the call.
 *
 * In: `true` mutes, `false` opens. Out: `Captured`.
 */
import { loudness, RATE_HZ, toInt16 } from "./pcm";
import { Resampler } from "./resample";

export const CAPTURE = "tandem-capture";

export interface Captured {
  pcm: Int16Array<ArrayBuffer>;
  /** Of this packet, before muting: one sees that the microphone works. */
  rms: number;
}

const PACKET = RATE_HZ / 50;
const FADE_BLOCKS = 4;

class Capture extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(Math.round(sampleRate), RATE_HZ);
  private readonly packet = new Float32Array(PACKET);
  private filled = 0;
  private loud = 0;
  private gain = 1;
  private muted = false;

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<boolean>) => {
      this.muted = event.data;
    };
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const length = outputs[0]?.[0]?.length ?? 128;
    const mono = mixed(inputs[0] ?? [], length);
    this.loud = Math.max(this.loud, loudness(mono));
    const wanted = this.muted ? 0 : 1;
    for (let k = 0; k < length; k++) {
      this.gain += Math.sign(wanted - this.gain) * Math.min(Math.abs(wanted - this.gain), 1 / (FADE_BLOCKS * length));
      mono[k] = (mono[k] ?? 0) * this.gain;
    }
    for (const sample of this.resampler.process(mono)) {
      this.packet[this.filled++] = sample;
      if (this.filled === PACKET) this.send();
    }
    return true;
  }

  private send(): void {
    const pcm = toInt16(this.packet);
    this.port.postMessage({ pcm, rms: this.loud } satisfies Captured, [pcm.buffer]);
    this.filled = 0;
    this.loud = 0;
  }
}

function mixed(channels: Float32Array[], length: number): Float32Array {
  const mono = new Float32Array(length);
  for (const channel of channels)
    for (let k = 0; k < length; k++) mono[k] = (mono[k] ?? 0) + (channel[k] ?? 0) / channels.length;
  return mono;
}

registerProcessor(CAPTURE, Capture);
