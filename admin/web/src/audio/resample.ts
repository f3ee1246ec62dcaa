/**
 * From one sampling rate to another, block by block: a polyphase windowed-sinc filter (Kaiser, -70 dB).
 *
 * The result does not depend on how the sound is cut into blocks. Kept at the lower rate: up to 0.45 of it
 * without loss.
 */
const STOP_DB = 70;
/** Width of the filter's edge, as a share of the lower rate; its end is half that rate. */
const EDGE = 0.1;

/** Bessel function of the first kind, order 0. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** The filter of every phase, each reversed so that it lies along the input: `up` rows of `taps`. */
function design(up: number, fromHz: number, toHz: number): { taps: number; rows: Float32Array } {
  const low = Math.min(fromHz, toHz);
  const beta = 0.1102 * (STOP_DB - 8.7);
  const taps = 2 * Math.ceil((STOP_DB - 7.95) / (14.36 * ((EDGE * low) / fromHz)) / 2) + 2;
  const length = taps * up;
  const middle = (length - 1) / 2;
  const cut = ((0.5 - EDGE / 2) * low) / (fromHz * up);
  const rows = new Float32Array(length);
  for (let phase = 0; phase < up; phase++) {
    let sum = 0;
    const row = new Float64Array(taps);
    for (let tap = 0; tap < taps; tap++) {
      const at = phase + tap * up - middle;
      const x = 2 * Math.PI * cut * at;
      const sinc = at === 0 ? 1 : Math.sin(x) / x;
      row[tap] = sinc * bessel0(beta * Math.sqrt(Math.max(0, 1 - (at / middle) ** 2)));
      sum += row[tap] ?? 0;
    }
    // Every phase lets a constant through as it is: no hum at the rate of the phases.
    for (let tap = 0; tap < taps; tap++) rows[phase * taps + (taps - 1 - tap)] = (row[tap] ?? 0) / sum;
  }
  return { taps, rows };
}

/** One channel's stream, from `fromHz` to `toHz` (whole Hz). Delays by about half its filter, 2-3 ms. */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly taps: number;
  private readonly rows: Float32Array;
  /** The last `taps` samples of what came before. */
  private before: Float32Array;
  /** Where the next sample out lies, in 1/`up` of a sample in, from the first that is still to come. */
  private at = 0;

  constructor(fromHz: number, toHz: number) {
    const common = divisor(fromHz, toHz);
    this.up = toHz / common;
    this.down = fromHz / common;
    const filter = this.up === this.down ? { taps: 1, rows: Float32Array.of(1) } : design(this.up, fromHz, toHz);
    this.taps = filter.taps;
    this.rows = filter.rows;
    this.before = new Float32Array(this.taps);
  }

  /** How many samples in it takes to give exactly this many out next. */
  inputsFor(outputs: number): number {
    return outputs === 0 ? 0 : Math.max(0, Math.floor((this.at + (outputs - 1) * this.down) / this.up) + 1);
  }

  /** Take in a block; give what can be said of it, at most `most` samples. */
  process(input: Float32Array, most = Infinity): Float32Array {
    const { up, down, taps, rows } = this;
    const all = new Float32Array(taps + input.length);
    all.set(this.before);
    all.set(input, taps);
    const possible = Math.max(0, Math.ceil((input.length * up - this.at) / down));
    const out = new Float32Array(Math.min(possible, most));
    for (let k = 0; k < out.length; k++) {
      const index = Math.floor(this.at / up);
      const row = (this.at - index * up) * taps;
      const first = index + 1; // `all` begins `taps` before the input: the window ends at the input's `index`
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += (rows[row + tap] ?? 0) * (all[first + tap] ?? 0);
      out[k] = sum;
      this.at += down;
    }
    this.at -= input.length * up;
    this.before = all.slice(all.length - taps);
    return out;
  }
}
