/** One call from this browser: microphone, loudspeaker and socket. The page subscribes to its state. */
import { api, Refusal, taken } from "@/api/client";
import { AudioLine } from "@/audio/line";
import { closeMicrophone, openMicrophone } from "@/audio/microphone";
import { fromWire, RATE_HZ } from "@/audio/pcm";
import type { Played } from "@/audio/player.worklet";
import { AT_REST, over, parsed, type PhoneState, told } from "./phoneState";

export interface Choice {
  flow: string;
  which: "draft" | "published";
  /** Empty: the flow's first. */
  language: string;
}

const LOST = "Nothing more comes from the server. Look at your network, then call again.";
const NO_SOUND = "This browser could not open its sound system. Close other tabs that use it, then call again.";
/** Sound that waits in the socket longer than this is no conversation. */
const MOST_UNSENT_BYTES = RATE_HZ * 2 * 3;

export class PhoneCall {
  private state: PhoneState = AT_REST;
  private readonly listeners = new Set<() => void>();
  private socket: WebSocket | null = null;
  private microphone: MediaStream | null = null;
  private sentSamples = 0;
  private toldSamples = 0;
  private beganAt = 0;
  /** Of each attempt: what an older one still awaits is dropped. */
  private attempt = 0;
  line: AudioLine | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly current = (): PhoneState => this.state;

  /** Where the call is, in ms of the call: the caller's sound is its clock. */
  readonly nowMs = (): number => (this.sentSamples * 1_000) / RATE_HZ;
  readonly lastedMs = (): number => (this.beganAt ? performance.now() - this.beganAt : 0);

  /** Call. Without a microphone one types.
   *
   * @throws NoMicrophone nothing has begun
   */
  async call(choice: Choice, speaks: boolean): Promise<void> {
    await this.release();
    const attempt = ++this.attempt;
    this.sentSamples = this.toldSamples = this.beganAt = 0;
    this.set({ ...AT_REST, phase: "connecting", speaks });
    try {
      const microphone = speaks ? await openMicrophone() : null;
      if (attempt !== this.attempt) return closeMicrophone(microphone);
      this.microphone = microphone;
      await this.connect(choice, attempt);
    } catch (error) {
      if (attempt !== this.attempt) return;
      await this.release();
      if (error instanceof Refusal) this.finish("refused", error.message);
      else {
        this.set(AT_REST);
        throw error;
      }
    }
  }

  private async connect({ flow, which, language }: Choice, attempt: number): Promise<void> {
    const body = { flow, which, ...(language ? { language } : {}) };
    const line = await this.openLine();
    if (attempt !== this.attempt) return line.close();
    this.line = line;
    const booked = await taken(api.POST("/phone/calls", { body }));
    if (attempt !== this.attempt) return;
    const socket = new WebSocket(new URL(booked.socket, location.href.replace(/^http/, "ws")));
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.received(event.data);
    socket.onclose = () => this.finish("lost", LOST);
    this.socket = socket;
  }

  private async openLine(): Promise<AudioLine> {
    try {
      return await AudioLine.open({
        microphone: this.microphone,
        onPacket: (pcm) => this.send(pcm),
        onPlayed: (played) => this.report(played),
      });
    } catch {
      throw new Refusal(0, "no-sound", NO_SOUND);
    }
  }

  private send(pcm: Int16Array<ArrayBuffer>): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.sentSamples += pcm.length;
    if (this.socket.bufferedAmount < MOST_UNSENT_BYTES) this.socket.send(pcm);
  }

  private report({ passed }: Played): void {
    if (passed <= this.toldSamples) return;
    this.toldSamples = passed;
    this.say({ type: "heard", samples: passed });
  }

  private received(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      this.line?.play(fromWire(data));
      return;
    }
    const message = parsed(data);
    if (!message) return;
    if (message.type === "clear") this.line?.clear();
    if (message.type === "started") this.beganAt = performance.now();
    this.set(told(this.state, message, this.lastedMs()));
    if (message.type === "ended") void this.release();
  }

  digit(digit: string): void {
    this.say({ type: "digit", digit });
  }

  /** Say something by typing it. */
  text(text: string): void {
    this.set({ ...this.state, problem: "" });
    this.say({ type: "text", text });
  }

  mute(muted: boolean): void {
    this.line?.mute(muted);
    this.set({ ...this.state, muted });
  }

  /** End it. The server says how it ended; if it does not, we do. */
  async hangUp(): Promise<void> {
    const { phase } = this.state;
    this.say({ type: "hang_up" });
    if (phase === "connecting") {
      this.attempt += 1;
      await this.release();
      this.set(AT_REST);
    } else if (phase === "talking") {
      this.finish("caller_hung_up", "");
    }
  }

  /** Back to the beginning. */
  readonly reset = async (): Promise<void> => {
    this.attempt += 1;
    this.say({ type: "hang_up" });
    await this.release();
    this.set(AT_REST);
  };

  private finish(outcome: string, why: string): void {
    this.set(over(this.state, outcome, why, this.lastedMs()));
    void this.release();
  }

  private async release(): Promise<void> {
    const { socket, line, microphone } = this;
    this.socket = null;
    this.line = null;
    this.microphone = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }
    closeMicrophone(microphone);
    await line?.close();
  }

  private say(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private set(state: PhoneState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
