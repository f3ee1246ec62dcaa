/** Hearing a live call, and speaking in the agent's place: one socket, one sound system, one state. */
import { AudioLine } from "@/audio/line";
import { closeMicrophone, openMicrophone } from "@/audio/microphone";
import { fromWire } from "@/audio/pcm";
import { LISTENING, TALKING } from "@/audio/playout";

/** `interpret`: take over, each in their own language. */
export type Mode = "listen" | "take-over" | "interpret";

export interface LineState {
  /** What is wanted; null: nothing. */
  mode: Mode | null;
  /** What we speak, to be interpreted; empty otherwise. */
  language: string;
  /** Whether the server has agreed and sound runs. */
  on: boolean;
  muted: boolean;
  /** Why it ended, when it was not we who ended it. */
  trouble: string;
}

export const OFF: LineState = { mode: null, language: "", on: false, muted: false, trouble: "" };

type FromServer =
  | { type: "taken" }
  | { type: "refused"; why: string; detail: string }
  | { type: "handed_back" }
  | { type: "ended" };

const LOST = "The connection was lost. The agent has the call; try again.";
const STOPPED = "The sound stopped: the connection was lost. Try again.";
const HANDED_BACK = "The call was handed back to the agent.";

export class LiveLine {
  private state: LineState = OFF;
  private readonly listeners = new Set<() => void>();
  private socket: WebSocket | null = null;
  private microphone: MediaStream | null = null;
  private attempt = 0;
  line: AudioLine | null = null;

  constructor(private readonly callId: string) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly current = (): LineState => this.state;

  /** Listen in, or take the call over; whatever was before ends. Trouble is told in the state.
   *
   * @param language of ours, where we are interpreted
   */
  async open(mode: Mode, language = ""): Promise<void> {
    await this.close();
    const attempt = ++this.attempt;
    const speaks = mode !== "listen";
    this.set({ ...OFF, mode, language });
    try {
      this.microphone = speaks ? await openMicrophone() : null;
      this.line = await AudioLine.open({
        microphone: this.microphone,
        channels: 2,
        sizes: speaks ? TALKING : LISTENING,
        ...(speaks ? { onPacket: (pcm) => this.send(pcm) } : {}),
      });
      if (attempt !== this.attempt) return await this.close();
      // One hears the caller, or the interpreter; what the caller hears, with one's own voice, would disturb.
      if (speaks) this.line.setGains([1, 0]);
      this.connect(mode, language);
    } catch (error) {
      if (attempt !== this.attempt) return;
      await this.stop(error instanceof Error ? error.message : String(error));
    }
  }

  private connect(mode: Mode, language: string): void {
    const path = `/api/live/calls/${encodeURIComponent(this.callId)}/${mode}`;
    const address = new URL(path, location.href.replace(/^http/, "ws"));
    if (language) address.searchParams.set("language", language);
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => mode === "listen" && this.set({ ...this.state, on: true });
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === "string") this.told(JSON.parse(event.data) as FromServer);
      else this.line?.play(fromWire(event.data));
    };
    socket.onclose = () => void this.stop(mode === "listen" ? STOPPED : LOST);
    this.socket = socket;
  }

  private told(message: FromServer): void {
    switch (message.type) {
      case "taken":
        return this.set({ ...this.state, on: true });
      case "refused":
        return void this.stop(message.detail);
      case "handed_back":
        return void this.stop(HANDED_BACK);
      case "ended":
        return void this.stop("");
    }
  }

  private send(pcm: Int16Array<ArrayBuffer>): void {
    if (this.state.on && this.socket?.readyState === WebSocket.OPEN) this.socket.send(pcm);
  }

  mute(muted: boolean): void {
    this.line?.mute(muted);
    this.set({ ...this.state, muted });
  }

  /** Stop listening, or hand the call back. */
  readonly close = (): Promise<void> => this.stop("");

  private async stop(trouble: string): Promise<void> {
    this.attempt += 1;
    const { socket, line, microphone } = this;
    this.socket = null;
    this.line = null;
    this.microphone = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }
    closeMicrophone(microphone);
    this.set({ ...OFF, trouble });
    await line?.close();
  }

  private set(state: LineState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
