/**
 * All live calls of the page: one stream in, subscriptions per call out, so that an event draws one card and no
 * list. Calls that have ended stay a little while, so that one sees how.
 */
import { api, taken } from "@/api/client";
import { followLive, type LiveCall, type LiveEvent } from "@/api/liveEvents";
import { type LiveRow, rowAfter, rowOf } from "./liveCalls";

export type Connection = "connecting" | "open" | "lost";
const ENDED_STAYS_MS = 6_000;

export interface Feed {
  connection: Connection;
  /** Whether the list has been read. */
  known: boolean;
  /** Why it could not be. */
  error: Error | null;
}

export class LiveStore {
  private rows = new Map<string, LiveRow>();
  private order: readonly string[] = [];
  private feed: Feed = { connection: "connecting", known: false, error: null };
  private readonly listListeners = new Set<() => void>();
  private readonly rowListeners = new Map<string, Set<() => void>>();
  /** Events that come while the list is read; null: it is not being read. */
  private held: LiveEvent[] | null = null;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  // --- for the page -------------------------------------------------------------------------------------

  readonly subscribeList = (listener: () => void): (() => void) => {
    this.listListeners.add(listener);
    return () => this.listListeners.delete(listener);
  };
  /** Ids, newest call first. The same array until a call comes or goes. */
  readonly ids = (): readonly string[] => this.order;
  readonly feedNow = (): Feed => this.feed;

  subscribeRow(id: string, listener: () => void): () => void {
    const listeners = this.rowListeners.get(id) ?? new Set();
    this.rowListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.rowListeners.delete(id);
    };
  }
  row(id: string): LiveRow | undefined {
    return this.rows.get(id);
  }

  // --- what comes -----------------------------------------------------------------------------------------

  /** Follow until the returned function is called. */
  follow(): () => void {
    let over = false;
    const end = followLive({
      onEvents: (events) => this.take(events),
      onOpen: (whole) => {
        this.setFeed({ connection: "open" });
        if (!whole || !this.feed.known) void this.readList(() => over);
      },
      onLost: () => this.setFeed({ connection: "lost" }),
    });
    return () => {
      over = true;
      end();
    };
  }

  /** Read the list again, for when it could not be. */
  readonly again = (): void => void this.readList(() => false);

  private async readList(over: () => boolean): Promise<void> {
    this.held ??= [];
    try {
      const calls = await taken(api.GET("/live/calls"));
      if (!over()) this.begin(calls);
      this.setFeed({ known: true, error: null });
    } catch (error) {
      this.setFeed({ error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      const held = this.held ?? [];
      this.held = null;
      if (!over()) this.take(held);
    }
  }

  /** Begin anew with the calls of the list; those that are known go on. */
  begin(calls: readonly LiveCall[]): void {
    const before = this.rows;
    const now = this.clock();
    this.rows = new Map(calls.map((call) => [call.id, before.get(call.id) ?? rowOf(call, now, Date.now())]));
    this.changed(new Set([...before.keys(), ...this.rows.keys()]), true);
  }

  /** Take in events that came together. */
  take(events: readonly LiveEvent[]): void {
    if (this.held) {
      this.held.push(...events);
      return;
    }
    const changed = new Set<string>();
    let came = false;
    const now = this.clock();
    for (const event of events) {
      const before = this.rows.get(event.call_id);
      const after = rowAfter(before, event, now);
      if (!after || after === before) continue;
      this.rows.set(event.call_id, after);
      changed.add(event.call_id);
      came ||= !before;
      if (after.outcome) setTimeout(() => this.drop(event.call_id), ENDED_STAYS_MS);
    }
    if (changed.size) this.changed(changed, came);
  }

  private drop(id: string): void {
    if (this.rows.get(id)?.outcome && this.rows.delete(id)) this.changed(new Set([id]), true);
  }

  private changed(ids: ReadonlySet<string>, listToo: boolean): void {
    if (listToo) {
      this.order = [...this.rows.values()].sort((one, other) => other.beganAt - one.beganAt).map((row) => row.id);
      for (const listener of this.listListeners) listener();
    }
    for (const id of ids) for (const listener of this.rowListeners.get(id) ?? []) listener();
  }

  private setFeed(part: Partial<Feed>): void {
    this.feed = { ...this.feed, ...part };
    for (const listener of this.listListeners) listener();
  }
}
