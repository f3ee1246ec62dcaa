/** Which span is looked at: the page's address, the API's query, and the span before it. Pure. */

const SLOT_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
export const SPANS_DAYS = [7, 30, 90] as const;
export const USUAL_DAYS = 30;
const MOST_DAYS = 400;

/** As in the address: so many days until now, or from one day to another, both within. */
export interface InsightsSearch {
  days?: number;
  from?: string;
  to?: string;
  flow?: string;
}

export interface Span {
  since: string;
  until: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function insightsSearchOf(found: Readonly<Record<string, unknown>>): InsightsSearch {
  const { days, from, to, flow } = found;
  const search: InsightsSearch = {};
  if (typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) search.days = days;
  if (isDate(from) && isDate(to) && from <= to) [search.from, search.to] = [from, to];
  if (typeof flow === "string" && flow.trim()) search.flow = flow.trim().slice(0, 128);
  return search;
}

/** The span an address asks for, `now` being the moment it is looked at; in whole quarters of an hour. */
export function spanOf(search: InsightsSearch, now: Date): Span {
  if (search.from && search.to) {
    const until = new Date(midnight(search.to, 1).getTime());
    return { since: midnight(search.from).toISOString(), until: (until > now ? slotEnd(now) : until).toISOString() };
  }
  const days = search.days ?? USUAL_DAYS;
  const since = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1);
  return { since: since.toISOString(), until: slotEnd(now).toISOString() };
}

/** The span of the same length before: to today's hour, so that a day not over is held against its like. */
export function before(span: Span): Span {
  const [since, until] = [Date.parse(span.since), Date.parse(span.until)];
  const days = Math.max(1, Math.ceil((until - since) / DAY_MS));
  const earlier = (ms: number) => {
    const date = new Date(ms);
    date.setDate(date.getDate() - days);
    return date.toISOString();
  };
  return { since: earlier(since), until: earlier(until) };
}

/** How many days a span has, the last perhaps not over. */
export function daysOf(span: Span): number {
  return Math.max(1, Math.ceil((Date.parse(span.until) - Date.parse(span.since)) / DAY_MS));
}

/** The end of the quarter of an hour that is under way. */
export function slotEnd(now: Date): Date {
  return new Date((Math.floor(now.getTime() / SLOT_MS) + 1) * SLOT_MS);
}

function midnight(date: string, more = 0): Date {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day + more);
}

function isDate(value: unknown): value is string {
  return typeof value === "string" && DATE.test(value) && !Number.isNaN(Date.parse(value));
}
