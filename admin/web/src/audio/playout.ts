/**
 * What was received and not yet played: a small jitter buffer that counts exactly what it has played.
 *
 * It begins a moment after the first of it came, so that what follows may come a little late; waits longer from
 * then on when it ran dry in the middle of speech, and less again when it did not; fades where sound is cut off,
 * and never repeats or skips a sample.
 */
/** In frames. */
export interface PlayoutSizes {
  /** From the first of it to its beginning. */
  lead: number;
  /** Longest lead it comes to when the line is bad. */
  mostLead: number;
  /** How long a cut takes. */
  fade: number;
}

/** 60 to 240 ms: for a conversation. */
export const TALKING: PlayoutSizes = { lead: 960, mostLead: 3_840, fade: 96 };
/** 200 to 600 ms: for those who only listen, to whom sound comes 200 ms at a time. */
export const LISTENING: PlayoutSizes = { lead: 3_200, mostLead: 9_600, fade: 96 };
/** Sound that goes on within so many frames of a gap was torn by it. */
const TORN_WITHIN = 6_400;
/** What ended more quietly than this has ended, and was not torn. */
const AUDIBLE = 0.005;

/** Frames of `channels` interleaved samples. */
export class Playout {
  private readonly blocks: Float32Array[] = [];
  private offset = 0;
  private waiting = 0;
  private playing = false;
  private rising = 0;
  private quiet = Infinity;
  private torn = false;
  private readonly last: Float32Array;
  private lead: number;
  /** Frames taken in and not yet played. */
  buffered = 0;
  /** Frames played since the beginning; what was dropped does not count. */
  played = 0;
  /** Frames dropped since the beginning. */
  dropped = 0;
  /** Times it ran dry in the middle of sound. */
  gaps = 0;

  constructor(
    readonly channels: number,
    private readonly sizes: PlayoutSizes = TALKING,
  ) {
    this.last = new Float32Array(channels);
    this.lead = sizes.lead;
  }

  push(samples: Float32Array): void {
    const frames = Math.floor(samples.length / this.channels);
    if (frames === 0) return;
    if (this.torn && this.buffered === 0 && this.quiet < TORN_WITHIN) {
      this.gaps += 1;
      this.lead = Math.min(this.sizes.mostLead, this.lead + this.sizes.lead / 2);
    }
    this.torn = false;
    this.blocks.push(samples.subarray(0, frames * this.channels));
    this.buffered += frames;
  }

  /** Drop what is not played yet; its first few milliseconds still sound, fading. */
  clear(): void {
    if (this.buffered === 0) return;
    const keep = this.playing ? Math.min(this.sizes.fade, this.buffered) : 0;
    const tail = new Float32Array(keep * this.channels);
    for (let k = 0; k < tail.length; k++) {
      const frame = Math.floor(k / this.channels);
      tail[k] = this.take() * (1 - (frame + 1) / keep);
    }
    this.dropped += this.buffered - keep;
    this.blocks.length = 0;
    this.offset = 0;
    if (keep) this.blocks.push(tail);
    this.buffered = keep;
    this.torn = false;
    if (!keep) this.playing = false;
  }

  /** Play: fill `frames` frames, with silence where there is nothing. */
  pull(frames: number): Float32Array {
    const out = new Float32Array(frames * this.channels);
    for (let frame = 0; frame < frames; frame++) this.frame(out, frame * this.channels);
    return out;
  }

  private frame(out: Float32Array, at: number): void {
    if (!this.playing) {
      this.waiting = this.buffered ? this.waiting + 1 : 0;
      if (this.buffered && this.waiting > this.lead) {
        this.playing = true;
        this.rising = 0;
      }
    }
    if (!this.playing || this.buffered === 0) {
      if (this.playing) {
        this.torn = this.last.some((value) => Math.abs(value) > AUDIBLE);
        if (!this.torn) this.lead = Math.max(this.sizes.lead, this.lead - this.sizes.lead / 8);
        this.quiet = 0;
      }
      this.playing = false;
      this.quiet += 1;
      for (let channel = 0; channel < this.channels; channel++) {
        // The last value falls to nothing instead of breaking off: no click.
        this.last[channel] = (this.last[channel] ?? 0) * DECAY;
        out[at + channel] = this.last[channel] ?? 0;
      }
      return;
    }
    this.waiting = 0;
    const gain = Math.min(1, ++this.rising / (this.sizes.fade / 2));
    for (let channel = 0; channel < this.channels; channel++) {
      this.last[channel] = this.take() * gain;
      out[at + channel] = this.last[channel] ?? 0;
    }
    this.buffered -= 1;
    this.played += 1;
  }

  private take(): number {
    const block = this.blocks[0];
    if (!block) return 0;
    const sample = block[this.offset] ?? 0;
    this.offset += 1;
    if (this.offset === block.length) {
      this.blocks.shift();
      this.offset = 0;
    }
    return sample;
  }
}

/** To a thousandth in 3 ms at 16 kHz. */
const DECAY = Math.exp(Math.log(0.001) / 48);
