/**
 * A draft that is worked on: its history, its text, and its saving. Whatever goes wrong, what was done is kept in
 * this browser until the server has it.
 */
import { begin, changed, type History, redone, undone } from "../model/history";
import type { Content } from "../model/content";
import type { Places } from "../model/layout";
import { merge } from "../model/diff";
import { fresh, read, written } from "../model/yaml";

/** `content` null: the text cannot be read as a flow, and is worked on as text. */
export interface Doc {
  readonly content: Content | null;
  readonly text: string | null;
  readonly places: Places;
}

export interface Theirs {
  yaml: string;
  etag: string;
  savedBy: string;
  savedAt: string;
}

export type SaveAnswer = { etag: string } | { conflict: Theirs };

/** What the store needs of the outside. `save` throws what went wrong, with a sentence. */
export interface Outside {
  save: (yaml: string, etag: string) => Promise<SaveAnswer>;
  keep: (kept: Kept | null) => void;
  keepPlaces: (places: Places) => void;
  now: () => number;
}

/** Unsaved work, as this browser keeps it. */
export interface Kept {
  yaml: string;
  etag: string;
}

export type Saving = "saved" | "unsaved" | "saving" | "failed" | "conflict";

export interface Snapshot {
  readonly history: History<Doc>;
  readonly saving: Saving;
  readonly trouble: string;
  readonly conflict: Theirs | null;
  readonly etag: string;
}

const SAVES_AFTER_MS = 1_500;
const TRIES_AGAIN_MS = 8_000;

export class DraftStore {
  private snapshot: Snapshot;
  private readonly listeners = new Set<() => void>();
  private readonly texts = new WeakMap<Content, string>();
  private lastText: string;
  private savedText: string;
  private running: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    yaml: string,
    etag: string,
    places: Places,
    private readonly outside: Outside,
    private readonly readOnly = false,
  ) {
    this.lastText = yaml;
    this.savedText = yaml;
    this.snapshot = { history: begin(this.docOf(yaml, places)), saving: "saved", trouble: "", conflict: null, etag };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): Snapshot => this.snapshot;

  /** The present text. */
  text(): string {
    return this.textOf(this.snapshot.history.present);
  }

  /** Whether the server lacks something of it. */
  dirty(): boolean {
    return this.text() !== this.savedText;
  }

  readonly change = (make: (content: Content) => Content, about = "", places?: (places: Places) => Places): void => {
    const { present } = this.snapshot.history;
    if (present.content === null || this.readOnly) return;
    const content = make(present.content);
    this.go({ content, text: null, places: places ? places(present.places) : present.places }, about);
  };

  readonly move = (places: Places, about = ""): void => {
    const { present } = this.snapshot.history;
    const doc = { ...present, places };
    if (this.readOnly) this.set({ history: { ...this.snapshot.history, present: doc } });
    else this.go(doc, about);
    this.outside.keepPlaces(places);
  };

  readonly write = (text: string, about = "text"): void => {
    if (this.readOnly) return;
    this.go(this.docOf(text, this.snapshot.history.present.places), about);
  };

  readonly undo = (): void => this.travel(undone(this.snapshot.history));
  readonly redo = (): void => this.travel(redone(this.snapshot.history));

  /** Unsaved work from an earlier visit. On another revision than it was built on, it is a conflict. */
  takeUp(kept: Kept, theirs: Theirs): "same" | "taken up" | "conflict" {
    if (kept.yaml === theirs.yaml) return "same";
    this.write(kept.yaml, "");
    if (kept.etag === theirs.etag) return "taken up";
    this.clash(theirs);
    return "conflict";
  }

  /** Save what is not saved; true: all is. */
  readonly flush = async (): Promise<boolean> => {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (!this.dirty()) {
      if (this.snapshot.conflict === null) this.settled();
      return true;
    }
    if (this.snapshot.conflict !== null) return false;
    this.running = this.saveOnce();
    await this.running;
    return !this.dirty() && this.snapshot.saving === "saved";
  };

  /** Of a conflict: theirs goes on, and mine stays in the history. */
  readonly takeTheirs = (): void => {
    const theirs = this.snapshot.conflict;
    if (theirs === null) return;
    this.savedText = theirs.yaml;
    this.set({ conflict: null, etag: theirs.etag });
    this.write(theirs.yaml, "");
    this.settled();
  };

  /** Of a conflict: mine goes on. */
  readonly keepMine = (): void => {
    const theirs = this.snapshot.conflict;
    if (theirs === null) return;
    this.savedText = theirs.yaml;
    this.set({ conflict: null, etag: theirs.etag, saving: "unsaved" });
    void this.flush();
  };

  /** Of a conflict: both, mine where both changed the same. Null where one of the texts is no flow. */
  readonly together = (): { text: string; clashes: string[] } | null => {
    const theirs = this.snapshot.conflict;
    const mine = this.snapshot.history.present.content;
    const base = read(this.savedText).content;
    const other = theirs && read(theirs.yaml).content;
    if (!theirs || !mine || !base || !other) return null;
    const { merged, clashes } = merge(base, mine, other);
    return { text: written(theirs.yaml, merged), clashes };
  };

  readonly putTogether = (): void => {
    const both = this.together();
    if (both === null) return;
    this.write(both.text, "");
    this.keepMine();
  };

  close(): void {
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  private go(doc: Doc, about: string): void {
    const history = changed(this.snapshot.history, doc, about, this.outside.now());
    if (history !== this.snapshot.history) this.travel(history);
  }

  private travel(history: History<Doc>): void {
    const before = this.snapshot.history.present;
    if (history === this.snapshot.history) return;
    const moved = history.present.content === before.content && history.present.text === before.text;
    this.set({ history });
    if (history.present.places !== before.places) this.outside.keepPlaces(history.present.places);
    if (moved || this.readOnly) return;
    if (this.snapshot.conflict === null) this.set({ saving: this.running ? "saving" : "unsaved" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keepAndSave(), SAVES_AFTER_MS);
  }

  private async keepAndSave(): Promise<void> {
    if (this.dirty()) this.keepHere();
    await this.flush();
  }

  /** Keep unsaved work in this browser, now. */
  readonly keepHere = (): void => {
    if (this.dirty()) this.outside.keep({ yaml: this.text(), etag: this.snapshot.etag });
  };

  private async saveOnce(): Promise<void> {
    const yaml = this.text();
    this.set({ saving: "saving" });
    try {
      const answer = await this.outside.save(yaml, this.snapshot.etag);
      if ("conflict" in answer) this.clash(answer.conflict);
      else {
        this.savedText = yaml;
        this.set({ etag: answer.etag });
        this.settled();
      }
    } catch (error) {
      this.outside.keep({ yaml, etag: this.snapshot.etag });
      this.set({ saving: "failed", trouble: error instanceof Error ? error.message : String(error) });
      this.timer = setTimeout(() => void this.flush(), TRIES_AGAIN_MS);
    } finally {
      this.running = null;
    }
  }

  private settled(): void {
    if (this.dirty()) {
      this.set({ saving: "unsaved", trouble: "" });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.flush(), SAVES_AFTER_MS);
      return;
    }
    this.outside.keep(null);
    if (this.snapshot.saving !== "saved" || this.snapshot.trouble) this.set({ saving: "saved", trouble: "" });
  }

  private clash(theirs: Theirs): void {
    this.keepHere();
    this.set({ saving: "conflict", conflict: theirs, trouble: "" });
  }

  private docOf(text: string, places: Places): Doc {
    const { content } = read(text);
    if (content === null) return { content, text, places };
    this.texts.set(content, text);
    return { content, text: null, places };
  }

  private textOf(doc: Doc): string {
    if (doc.content === null) return doc.text ?? "";
    const known = this.texts.get(doc.content);
    if (known !== undefined) return known;
    const text = this.lastText ? written(this.lastText, doc.content) : fresh(doc.content);
    this.texts.set(doc.content, text);
    this.lastText = text;
    return text;
  }

  private set(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const listener of this.listeners) listener();
  }
}
