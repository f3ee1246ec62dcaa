/** Samples as the wire has them (int16, little endian, 16 kHz), and how loud they are. */
export const RATE_HZ = 16_000;

const FULL = 32_767;

/** To int16; what is louder than full is cut. */
export function toInt16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const out = new Int16Array(samples.length);
  for (let k = 0; k < out.length; k++) out[k] = Math.round(Math.max(-1, Math.min(1, samples[k] ?? 0)) * FULL);
  return out;
}

export function toFloat(samples: Int16Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let k = 0; k < out.length; k++) out[k] = (samples[k] ?? 0) / FULL;
  return out;
}

/** A message's samples. All machines that run browsers are little endian; an odd last byte is left out. */
export function fromWire(message: ArrayBuffer): Int16Array<ArrayBuffer> {
  return new Int16Array(message, 0, message.byteLength >> 1);
}

const QUIET_DB = -55;
const LOUD_DB = -8;

/** How full a level meter is, 0 to 1, for samples of this root mean square. */
export function meter(rms: number): number {
  if (rms <= 0) return 0;
  const db = 20 * Math.log10(rms);
  return Math.max(0, Math.min(1, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

/** Root mean square of samples between -1 and 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length ? Math.sqrt(sum / samples.length) : 0;
}
