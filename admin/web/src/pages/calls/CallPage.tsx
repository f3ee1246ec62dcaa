/** One call: its tape, what was said, what was done, and how it would go with another flow. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChevronLeft, Radio, Repeat2 } from "lucide-react";
import { useMemo, useState } from "react";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Card, LoadingRows, PageHead, Skeleton, Trouble } from "@/ui/Page";
import { moment } from "@/ui/time";
import { audioAddress, type CallDetails, callQuery, tapeQuery, waveformQuery } from "./callQueries";
import { CallFacts } from "./CallFacts";
import { Downloads } from "./Downloads";
import { flowText } from "./filters";
import { ReplayDialog } from "./replay/ReplayDialog";
import { Minimap } from "./tape/Minimap";
import type { Peaks } from "./tape/peaks";
import { usePlayer } from "./tape/player";
import { TapeView } from "./tape/TapeView";
import { type Timeline, timelineOf } from "./tape/timeline";
import { Toolbar } from "./tape/Toolbar";
import { ToolCards } from "./tape/ToolCards";
import { Transcript } from "./tape/Transcript";
import { useSight } from "./tape/useSight";
import { outcomeOf } from "./tape/wording";
import { useCallKeys } from "./useCallKeys";

export function CallPage() {
  const { callId } = useParams({ from: "/inside/calls/$callId" });
  const call = useQuery(callQuery(callId));
  return (
    <>
      <PageHead
        title={
          <span className="flex items-center gap-2">
            <Link to="/calls" aria-label="All calls" className="-ml-2 rounded p-1 text-faint hover:bg-sunken hover:text-ink">
              <ChevronLeft className="size-4" aria-hidden />
            </Link>
            {call.data ? <CallTitle call={call.data} /> : "Call"}
          </span>
        }
        about={call.data && `${moment(call.data.began_at)} · ${flowText(call.data.flow)} · ${callId}`}
      >
        {call.data && <CallActions call={call.data} />}
      </PageHead>
      {call.error ? (
        <div className="p-6">
          <Trouble error={call.error} retry={() => void call.refetch()} />
        </div>
      ) : call.data ? (
        <Tape key={callId} call={call.data} />
      ) : (
        <LoadingRows />
      )}
    </>
  );
}

function CallTitle({ call }: { call: CallDetails }) {
  const [name, tone] = outcomeOf(call.outcome);
  return (
    <>
      <span className="tabular truncate">{call.from_number || "Unknown number"}</span>
      <Badge tone={tone}>{name}</Badge>
    </>
  );
}

function CallActions({ call }: { call: CallDetails }) {
  const { replay } = useSearch({ from: "/inside/calls/$callId" });
  const navigate = useNavigate();
  const onReplay = (to: string | null) =>
    void navigate({ to: "/calls/$callId", params: { callId: call.id }, search: to === null ? {} : { replay: to }, replace: true });
  return (
    <>
      {call.ended_at === null && (
        <Link to="/live" className="inline-flex h-8 items-center gap-1.5 rounded-md px-3 text-[13.5px] font-medium text-accent-ink hover:bg-sunken">
          <Radio className="size-4" aria-hidden /> Watch it live
        </Link>
      )}
      {call.ended_at !== null && call.has_recording && (
        <Button onClick={() => onReplay("")}>
          <Repeat2 className="size-4" aria-hidden /> Replay
        </Button>
      )}
      <Downloads call={call} />
      {replay !== undefined && <ReplayDialog call={call} replay={replay} onReplay={onReplay} />}
    </>
  );
}

/** What the tape tells; of a call that runs, as far as it has come when it was read. */
function Tape({ call }: { call: CallDetails }) {
  const ended = call.ended_at !== null;
  const rows = useQuery({ ...tapeQuery(call.id, ended), enabled: call.has_tape });
  const waveform = useQuery({ ...waveformQuery(call.id, ended), enabled: call.has_recording });
  const timeline = useMemo(() => (rows.data ? timelineOf(rows.data.rows) : null), [rows.data]);
  if (!call.has_tape)
    return (
      <div className="flex flex-col gap-4 p-6">
        <Trouble error={new Error("The tape of this call is not on this server. It may have been removed after its time, or another server has it.")} />
        <Card title="What is known">
          <CallFacts call={call} timeline={null} />
        </Card>
      </div>
    );
  if (rows.error)
    return (
      <div className="p-6">
        <Trouble error={rows.error} retry={() => void rows.refetch()} />
      </div>
    );
  if (!timeline)
    return (
      <div className="flex flex-col gap-4 p-6">
        <Skeleton className="h-64" />
        <LoadingRows />
      </div>
    );
  return (
    <>
      {!ended && (
        <div className="flex items-center gap-3 border-b border-line bg-accent-soft px-6 py-2 text-accent-ink">
          <p className="flex-1">This call is not over; the tape is shown as far as it has come.</p>
          <Button size="small" onClick={() => void Promise.all([rows.refetch(), waveform.refetch()])} busy={rows.isFetching}>
            Read on
          </Button>
        </div>
      )}
      <Shown call={call} timeline={timeline} peaks={waveform.data ?? null} />
    </>
  );
}

function Shown({ call, timeline, peaks }: { call: CallDetails; timeline: Timeline; peaks: Peaks | null }) {
  const player = usePlayer(call.has_recording ? audioAddress(call.id) : null);
  const sight = useSight(timeline.durationMs);
  const [tool, setTool] = useState<string | null>(null);
  useCallKeys(timeline, player, sight);
  const play = (ms: number) => {
    void player?.play(ms);
    sight.show(ms);
  };
  const showTool = (taskId: string) => {
    setTool(taskId);
    const call = timeline.tools.find((each) => each.taskId === taskId);
    if (call) sight.show(call.beganMs);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto lg:overflow-hidden">
      <section aria-label="Tape" className="shrink-0 border-b border-line bg-surface">
        <Toolbar
          player={player}
          durationMs={timeline.durationMs}
          sight={sight}
          without={call.has_recording ? null : "The sound of this call was not kept."}
        />
        <div className="px-3 pb-2">
          <Minimap timeline={timeline} peaks={peaks} player={player} sight={sight} />
        </div>
        <div className="border-t border-line">
          <TapeView timeline={timeline} peaks={peaks} player={player} sight={sight} tool={tool} onTool={showTool} />
        </div>
      </section>
      <div className="grid shrink-0 lg:min-h-0 lg:flex-1 lg:shrink lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="bg-surface lg:min-h-0 lg:overflow-y-auto" tabIndex={-1}>
          <Transcript timeline={timeline} player={player} onPlay={play} onTool={showTool} />
        </div>
        <aside className="border-t lg:min-h-0 border-line lg:overflow-y-auto lg:border-t-0 lg:border-l" tabIndex={-1}>
          <CallFacts call={call} timeline={timeline} />
          {timeline.tools.length > 0 && (
            <section className="border-t border-line">
              <h2 className="px-4 pt-3 pb-1 text-[13px] font-semibold">Background agents</h2>
              <ToolCards tools={timeline.tools} chosen={tool} onChoose={setTool} />
            </section>
          )}
        </aside>
      </div>
    </div>
  );
}
