/** The microphone, or in words what is wrong with it. */
export type MicrophoneTrouble = "insecure" | "none" | "denied" | "busy" | "unknown";

export class NoMicrophone extends Error {
  constructor(readonly trouble: MicrophoneTrouble) {
    super(GUIDANCE[trouble].title);
    this.name = "NoMicrophone";
  }
}

export const GUIDANCE: Record<MicrophoneTrouble, { title: string; what: string }> = {
  insecure: {
    title: "The microphone needs a secure page",
    what: "Browsers give the microphone only to https pages and to this machine's own. Open Tandem over https, or at http://localhost.",
  },
  none: {
    title: "No microphone was found",
    what: "Plug one in, or choose one in the system's sound settings, then try again.",
  },
  denied: {
    title: "The microphone is not allowed",
    what: "Allow it for this page: the sign beside the address opens the page's settings. Then try again.",
  },
  busy: {
    title: "The microphone is in use",
    what: "Another program holds it. End that call or recording, then try again.",
  },
  unknown: { title: "The microphone does not open", what: "Look at the system's sound settings, then try again." },
};

/** What the browser's error means for people. */
export function troubleOf(error: unknown): MicrophoneTrouble {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "none";
    case "NotReadableError":
    case "AbortError":
    case "TrackStartError":
      return "busy";
    default:
      return "unknown";
  }
}

/** Ask for the microphone.
 *
 * @throws NoMicrophone
 */
export async function openMicrophone(): Promise<MediaStream> {
  if (!isSecureContext || !("mediaDevices" in navigator)) throw new NoMicrophone("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } },
    });
  } catch (error) {
    throw new NoMicrophone(troubleOf(error));
  }
}

export function closeMicrophone(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
