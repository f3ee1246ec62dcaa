/** Listen in, take over, have it interpreted, hand back, end: what one may not do is not offered. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Headphones, Languages, Mic, PhoneOff, Undo2, UserRound } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { sessionQuery, useMay } from "@/app/session";
import { LevelMeter } from "@/audio/LevelMeter";
import { Button } from "@/ui/Button";
import { languageName } from "@/ui/languages";
import { Modal } from "@/ui/Modal";
import { toast } from "@/ui/Toasts";
import type { Interpreter } from "./followed";
import { Interpret } from "./Interpret";
import type { LiveRow } from "./liveCalls";
import type { LineState, LiveLine } from "./liveLine";
import { OnTheLine } from "./OnTheLine";

interface Props {
  row: LiveRow;
  line: LiveLine;
  lineState: LineState;
  interpreter: Interpreter;
}

export function Controls({ row, line, lineState, interpreter }: Props) {
  const hears = useMay("agent");
  const manages = useMay("manager");
  const { data: session } = useQuery(sessionQuery);
  const path = { params: { path: { call_id: row.id } } };
  const handBack = useMutation({
    mutationFn: () => taken(api.POST("/live/calls/{call_id}/hand-back", path)),
    onError: (error) => toast.error(error.message),
  });
  if (!hears) return null;
  if (lineState.mode && lineState.mode !== "listen")
    return <OnTheLine line={line} state={lineState} interpreter={interpreter} callers={row.language} />;
  const another = row.held_by !== null && row.held_by !== undefined;
  const Holder = row.interpreted ? Languages : UserRound;
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
            <Holder className="size-4 text-accent-ink" aria-hidden />
            {row.held_by === session?.name ? "You have this call in another window" : `${row.held_by} is on the line`}
            {row.interpreted && `, in ${languageName(row.interpreted)} through an interpreter`}
            {manages && (
              <Button size="small" className="ml-1" busy={handBack.isPending} onClick={() => handBack.mutate()}>
                <Undo2 className="size-3.5" aria-hidden /> Hand back to the agent
              </Button>
            )}
          </p>
        ) : (
          <>
            <Button onClick={() => void line.open("take-over")}>
              <Mic className="size-4" aria-hidden /> Take over
            </Button>
            <Interpret callers={row.language} onChosen={(language) => void line.open("interpret", language)} />
          </>
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
