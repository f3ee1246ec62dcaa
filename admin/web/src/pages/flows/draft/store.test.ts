import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { put } from "../model/content";
import { DraftStore, type Kept, type SaveAnswer, type Theirs } from "./store";

const TEXT = "# mine\nname: flow\nsteps:\n  greet: {kind: say, says: Hi}\n  bye: {kind: end, says: Bye}\n";
const THEIRS: Theirs = { yaml: TEXT.replace("Bye", "Goodbye"), etag: '"7"', savedBy: "Ada", savedAt: "2026-11-24T09:00:00Z" };
const SAYS = ["steps", "greet", "says"];

class Server {
  texts: string[] = [];
  kept: Kept | null = null;
  answers: (SaveAnswer | Error)[] = [];
  revision = 1;
  save = async (yaml: string): Promise<SaveAnswer> => {
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    if (answer) return answer;
    this.texts.push(yaml);
    this.revision += 1;
    return { etag: `"${this.revision}"` };
  };
}

let server: Server;
let store: DraftStore;
const say = (words: string, about = "") => store.change((content) => put(content, SAYS, words), about);
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  store = open();
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
});

function open(readOnly = false): DraftStore {
  const outside = { save: server.save, keep: (kept: Kept | null) => void (server.kept = kept), keepPlaces: () => undefined, now: () => Date.now() };
  return new DraftStore(TEXT, '"1"', {}, outside, readOnly);
}

describe("saving", () => {
  it("a change is saved by itself, with the comments the text had", async () => {
    say("Hello");
    expect(store.get().saving).toBe("unsaved");
    await later(2_000);
    expect(server.texts).toEqual([TEXT.replace("Hi", "Hello")]);
    expect(store.get()).toMatchObject({ saving: "saved", etag: '"2"' });
    expect(server.kept).toBeNull();
  });
  it("changes while it saves are saved after it", async () => {
    say("One");
    const first = store.flush();
    say("Two");
    await first;
    await later(5_000);
    expect(server.texts.at(-1)).toContain("Two");
    expect(store.dirty()).toBe(false);
  });
  it("what cannot be saved is kept in the browser and tried again", async () => {
    server.answers = [new Error("The server does not answer.")];
    say("Hello");
    await later(2_000);
    expect(store.get()).toMatchObject({ saving: "failed", trouble: "The server does not answer." });
    expect(server.kept?.yaml).toContain("Hello");
    await later(10_000);
    expect(store.get().saving).toBe("saved");
    expect(server.kept).toBeNull();
  });
  it("going back to what is saved leaves nothing to save", async () => {
    say("Hello");
    store.undo();
    expect(store.dirty()).toBe(false);
    await later(5_000);
    expect(server.texts).toEqual([]);
  });
  it("moving steps about changes no text", async () => {
    store.move({ greet: { x: 1, y: 2 } });
    await later(5_000);
    expect(server.texts).toEqual([]);
    expect(store.get().history.past).toHaveLength(1);
  });
  it("undo brings back the text byte for byte", () => {
    store.change((content) => put(content, ["steps", "bye"], undefined));
    expect(store.text()).not.toContain("bye");
    store.undo();
    expect(store.text()).toBe(TEXT);
  });
  it("who may only read changes nothing", () => {
    store = open(true);
    say("Hello");
    store.write("x");
    expect(store.text()).toBe(TEXT);
  });
});

describe("two people", () => {
  beforeEach(async () => {
    server.answers = [{ conflict: THEIRS }];
    say("Hello");
    await later(2_000);
  });
  it("both texts are there, mine in the browser too, and nothing more is saved", async () => {
    expect(store.get()).toMatchObject({ saving: "conflict", conflict: THEIRS });
    expect(server.kept?.yaml).toContain("Hello");
    say("Hello again");
    await later(20_000);
    expect(server.texts).toEqual([]);
  });
  it("taking theirs leaves mine one undo away", () => {
    store.takeTheirs();
    expect(store.text()).toBe(THEIRS.yaml);
    expect(store.dirty()).toBe(false);
    store.undo();
    expect(store.text()).toContain("Hello");
  });
  it("keeping mine saves it on theirs", async () => {
    store.keepMine();
    await later(10);
    expect(server.texts).toEqual([TEXT.replace("Hi", "Hello")]);
    expect(store.get()).toMatchObject({ saving: "saved", conflict: null });
  });
  it("put together, both are in it", async () => {
    expect(store.together()).toMatchObject({ clashes: [] });
    store.putTogether();
    await later(10);
    expect(server.texts).toEqual([TEXT.replace("Hi", "Hello").replace("Bye", "Goodbye")]);
  });
});

describe("work from an earlier visit", () => {
  const kept = { yaml: TEXT.replace("Hi", "Hola"), etag: '"1"' };
  it("is taken up and saved, with undo to what the server had", async () => {
    expect(store.takeUp(kept, { ...THEIRS, yaml: TEXT, etag: '"1"' })).toBe("taken up");
    await later(2_000);
    expect(server.texts).toEqual([kept.yaml]);
    store.undo();
    expect(store.text()).toBe(TEXT);
  });
  it("built on an older revision is a conflict", () => {
    expect(store.takeUp(kept, THEIRS)).toBe("conflict");
    expect(store.get().conflict).toEqual(THEIRS);
  });
});

describe("a text that is no flow", () => {
  it("is worked on as text until it can be read again", () => {
    store.write("steps: [");
    expect(store.get().history.present.content).toBeNull();
    expect(store.text()).toBe("steps: [");
    say("lost?");
    expect(store.text()).toBe("steps: [");
    store.undo();
    expect(store.text()).toBe(TEXT);
  });
});
