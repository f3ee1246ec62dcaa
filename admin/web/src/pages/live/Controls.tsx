/** Listen in, take over, hand back, end: what one may not do is not offered. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Headphones, Mic, MicOff, PhoneOff, Undo2, UserRound } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { sessionQuery, useMay } from "@/app/session";
import { LevelMeter } from "@/audio/LevelMeter";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { toast } from "@/ui/Toasts";
import type { LiveRow } from "./liveCalls";
import type { LineState, LiveLine } from "./liveLine";

interface Props {
  row: LiveRow;
  line: LiveLine;
  lineState: LineState;
}

export function Controls({ row, line, lineState }: Props) {
  const hears = useMay("agent");
  const manages = useMay("manager");
  const { data: session } = useQuery(sessionQuery);
  const path = { params: { path: { call_id: row.id } } };
  const handBack = useMutation({
    mutationFn: () => taken(api.POST("/live/calls/{call_id}/hand-back", path)),
    onError: (error) => toast.error(error.message),
  });
  if (!hears) return null;
  if (lineState.mode === "take-over") return <OnTheLine line={line} state={lineState} />;
  const another = row.held_by !== null && row.held_by !== undefined;
  return (
    <div className="flex flex-col gap-2 border-b border-line bg-surface px-6 py-2.5">
      <div className="flex flex-wrap items-center gap-2">
        {lineState.mode === "listen" ? (
          <>
            <Button aria-pressed onClick={() => void line.close()}>
              <Headphones className="size-4 text-accent-ink" aria-hidden /> Stop listening
            </Button>
            {line.line && <Voices line={line} />}
          </>
        ) : (
          <Button onClick={() => void line.open("listen")}>
            <Headphones className="size-4" aria-hidden /> Listen in
          </Button>
        )}
        {another ? (
          <p className="flex items-center gap-1.5 text-[13px]">
            <UserRound className="size-4 text-accent-ink" aria-hidden />
            {row.held_by === session?.name ? "You have this call in another window" : `${row.held_by} is on the line`}
            {manages && (
              <Button size="small" className="ml-1" busy={handBack.isPending} onClick={() => handBack.mutate()}>
                <Undo2 className="size-3.5" aria-hidden /> Hand back to the agent
              </Button>
            )}
          </p>
        ) : (
          <Button onClick={() => void line.open("take-over")}>
            <Mic className="size-4" aria-hidden /> Take over
          </Button>
        )}
        <span className="flex-1" />
        {manages && <EndCall id={row.id} />}
      </div>
      {lineState.trouble && (
        <p role="alert" className="text-[13px] text-bad">
          {lineState.trouble}
        </p>
      )}
    </div>
  );
}

function OnTheLine({ line, state }: { line: LiveLine; state: LineState }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 border-b border-accent bg-accent-soft px-6 py-3">
      <span className="relative flex size-2.5" aria-hidden>
        {state.on && <span className="absolute inline-flex size-full animate-ping rounded-full bg-accent opacity-60" />}
        <span className="relative inline-flex size-2.5 rounded-full bg-accent" />
      </span>
      <p className="font-semibold text-accent-ink">{state.on ? "You are on the line" : "Taking over…"}</p>
      {state.on && line.line && (
        <div className="grid w-32 grid-cols-[auto_1fr] items-center gap-x-2 gap-y-1 text-xs">
          <span className="text-accent-ink">You</span>
          <LevelMeter level={line.line.microphone} tone="agent" />
          <span className="text-caller">Caller</span>
          {line.line.voices[0] && <LevelMeter level={line.line.voices[0]} tone="caller" />}
        </div>
      )}
      <span className="flex-1" />
      {state.on && (
        <Button aria-pressed={state.muted} onClick={() => line.mute(!state.muted)}>
          {state.muted ? <MicOff className="size-4 text-bad" aria-hidden /> : <Mic className="size-4" aria-hidden />}
          {state.muted ? "Muted" : "Mute"}
        </Button>
      )}
      <Button variant="primary" onClick={() => void line.close()}>
        <Undo2 className="size-4" aria-hidden /> {state.on ? "Hand back" : "Cancel"}
      </Button>
    </div>
  );
}

function Voices({ line }: { line: LiveLine }) {
  const [caller, agent] = line.line?.voices ?? [];
  return (
    <div className="grid w-36 grid-cols-[auto_1fr] items-center gap-x-2 gap-y-1 text-[11px]">
      <span className="text-caller">Caller</span>
      {caller && <LevelMeter level={caller} tone="caller" />}
      <span className="text-agent">Agent</span>
      {agent && <LevelMeter level={agent} tone="agent" />}
    </div>
  );
}

function EndCall({ id }: { id: string }) {
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => taken(api.POST("/live/calls/{call_id}/end", { params: { path: { call_id: id } } })),
    onSuccess: () => {
      setAsking(false);
      toast.success("The call was ended.");
    },
  });
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        <PhoneOff className="size-4" aria-hidden /> End call
      </Button>
      <Modal open={asking} onOpenChange={setAsking} title="End this call?" about="The caller is cut off at once. This is noted in the changes.">
        {end.error && (
          <p role="alert" className="mb-3 text-[13px] text-bad">
            {end.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button variant="danger" busy={end.isPending} onClick={() => end.mutate()}>
            End the call
          </Button>
        </div>
      </Modal>
    </>
  );
}
