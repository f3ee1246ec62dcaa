/** Times and spans, as people read them. */
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

export const MICRO_TURN_MS = 200;

export function moment(at: string | Date): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : short.format(date);
}

export function dayOf(at: string | Date): string {
  return day.format(new Date(at));
}

/** 3:07, or 1:02:03 */
export function span(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1_000));
  const [hours, minutes, seconds] = [Math.floor(all / 3_600), Math.floor((all % 3_600) / 60), all % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "5 minutes ago" */
export function ago(at: string | Date): string {
  const ms = new Date(at).getTime() - Date.now();
  for (const [unit, size] of UNITS) if (Math.abs(ms) >= size) return relative.format(Math.trunc(ms / size), unit);
  return "just now";
}
