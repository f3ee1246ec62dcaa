/** While one has the call oneself: by oneself, or through an interpreter. */
import { Languages, Mic, MicOff, Undo2 } from "lucide-react";
import type { AudioLine } from "@/audio/line";
import { LevelMeter } from "@/audio/LevelMeter";
import { Button } from "@/ui/Button";
import { languageName, languageOf } from "@/ui/languages";
import type { Interpreter } from "./followed";
import type { LineState, LiveLine } from "./liveLine";

interface Props {
  line: LiveLine;
  state: LineState;
  interpreter: Interpreter;
  /** What the caller speaks, a BCP 47 tag. */
  callers: string;
}

export function OnTheLine({ line, state, interpreter, callers }: Props) {
  const { on, muted, language } = state;
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 border-b border-accent bg-accent-soft px-6 py-3">
      <span className="relative flex size-2.5" aria-hidden>
        {on && <span className="absolute inline-flex size-full animate-ping rounded-full bg-accent opacity-60" />}
        <span className="relative inline-flex size-2.5 rounded-full bg-accent" />
      </span>
      <div>
        <p className="font-semibold text-accent-ink">{on ? "You are on the line" : language ? "Asking for the interpreter…" : "Taking over…"}</p>
        {language && (
          <p className="flex items-center gap-1.5 text-[13px]">
            <Languages className="size-3.5 text-accent-ink" aria-hidden />
            {on ? told(interpreter, languageName(language), languageName(languageOf(callers))) : languageName(language)}
          </p>
        )}
      </div>
      {on && line.line && <Levels line={line.line} interpreted={language !== ""} />}
      <div className="ml-auto flex gap-2">
        {on && (
          <Button aria-pressed={muted} onClick={() => line.mute(!muted)}>
            {muted ? <MicOff className="size-4 text-bad" aria-hidden /> : <Mic className="size-4" aria-hidden />}
            {muted ? "Muted" : "Mute"}
          </Button>
        )}
        <Button variant="primary" onClick={() => void line.close()}>
          <Undo2 className="size-4" aria-hidden /> {on ? "Hand back" : "Cancel"}
        </Button>
      </div>
    </div>
  );
}

function told(interpreter: Interpreter, ours: string, theirs: string): string {
  if (interpreter === "missing") return "No interpreter could join: you and the caller hear each other as you are";
  if (interpreter === "coming") return `The interpreter is joining, for ${ours} and ${theirs}`;
  return `You speak ${ours}, the caller ${theirs}`;
}

function Levels({ line, interpreted }: { line: AudioLine; interpreted: boolean }) {
  const [hears, said] = line.voices;
  return (
    <div className="grid w-32 grid-cols-[auto_1fr] items-center gap-x-2 gap-y-1 text-xs">
      <span className="text-accent-ink">You</span>
      <LevelMeter level={line.microphone} tone="agent" />
      <span className="text-caller">{interpreted ? "You hear" : "Caller"}</span>
      {hears && <LevelMeter level={hears} tone="caller" />}
      {interpreted && <span className="text-agent">Caller hears</span>}
      {interpreted && said && <LevelMeter level={said} tone="agent" />}
    </div>
  );
}
