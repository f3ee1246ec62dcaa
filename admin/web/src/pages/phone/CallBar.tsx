/** What one does during a call: mute, type, hang up; and that both sides are heard. */
import { Mic, MicOff, PhoneOff } from "lucide-react";
import { useEffect, useState } from "react";
import { isTyping } from "@/app/goKeys";
import type { AudioLine } from "@/audio/line";
import { LevelMeter } from "@/audio/LevelMeter";
import { Button } from "@/ui/Button";
import { Kbd } from "@/ui/Kbd";
import { span } from "@/ui/time";
import type { PhoneCall } from "./phoneCall";
import type { PhoneState } from "./phoneState";
import { SayBox } from "./SayBox";

export function CallBar({ call, state }: { call: PhoneCall; state: PhoneState }) {
  const { muted, speaks } = state;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
      if (event.key.toLowerCase() === "m" && speaks) call.mute(!muted);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [call, muted, speaks]);
  return (
    <div className="border-t border-line bg-surface px-6 py-3">
      <div className="mx-auto flex max-w-3xl flex-col gap-3">
        <SayBox onSay={(text) => call.text(text)} problem={state.problem} autoFocus={!speaks} />
        <div className="flex flex-wrap items-center gap-3">
          {call.line && <Meters line={call.line} speaks={speaks} />}
          {speaks && (
            <Button aria-pressed={muted} onClick={() => call.mute(!muted)}>
              {muted ? <MicOff className="size-4 text-bad" aria-hidden /> : <Mic className="size-4" aria-hidden />}
              {muted ? "Muted" : "Mute"} <Kbd>M</Kbd>
            </Button>
          )}
          <Button variant="danger" onClick={() => void call.hangUp()}>
            <PhoneOff className="size-4" aria-hidden /> Hang up
          </Button>
        </div>
      </div>
    </div>
  );
}

function Meters({ line, speaks }: { line: AudioLine; speaks: boolean }) {
  const agent = line.voices[0];
  return (
    <div className="grid min-w-40 flex-1 grid-cols-[auto_1fr] items-center gap-x-2 gap-y-1 text-xs">
      <span className="text-caller">{speaks ? "You" : "No microphone"}</span>
      <LevelMeter level={line.microphone} tone="caller" />
      <span className="text-agent">Agent</span>
      {agent && <LevelMeter level={agent} tone="agent" />}
    </div>
  );
}

/** How long it has lasted, by the second. */
export function Timer({ read }: { read: () => number }) {
  const [ms, setMs] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => setMs(read()), 250);
    return () => clearInterval(timer);
  }, [read]);
  return (
    <span role="timer" className="tabular text-[15px] font-medium">
      {span(Math.floor(ms / 1_000) * 1_000)}
    </span>
  );
}
