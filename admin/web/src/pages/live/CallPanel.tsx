/** The call that is looked at: captions as they are said, what is done in the background, what one may do. */
import { Link } from "@tanstack/react-router";
import { ArrowLeft, PhoneOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { followLive } from "@/api/liveEvents";
import { Captions } from "@/conversation/Captions";
import { Charts, Tasks } from "@/conversation/Tasks";
import { Empty } from "@/ui/Page";
import { callerName, Lasted, State, useRow } from "./CallCard";
import { Controls } from "./Controls";
import { type Followed, followedAfter, UNKNOWN } from "./followed";
import { LiveLine } from "./liveLine";
import type { LiveStore } from "./liveStore";
import { Whispers } from "./Whispers";

/** One call from its beginning, as it goes on. */
function useFollowed(id: string): Followed {
  const [followed, setFollowed] = useState(UNKNOWN);
  useEffect(
    () =>
      followLive(
        {
          onEvents: (events) => setFollowed((before) => events.reduce(followedAfter, before)),
          onOpen: () => undefined,
          onLost: () => undefined,
        },
        id,
      ),
    [id],
  );
  return followed;
}

const NAMES = { caller: "Caller", agent: "Agent", person: "Other person" };

interface Props {
  store: LiveStore;
  id: string;
  listKnown: boolean;
}

export function CallPanel({ store, id, listKnown }: Props) {
  const row = useRow(store, id);
  const followed = useFollowed(id);
  const [line] = useState(() => new LiveLine(id));
  const lineState = useSyncExternalStore(line.subscribe, line.current);
  useEffect(() => () => void line.close(), [line]);
  const { conversation } = followed;
  const up = row !== undefined && !row.outcome;
  if (listKnown && !row && followed.sequence === 0)
    return (
      <div className="flex-1">
        <Empty icon={PhoneOff} title="This call is not up" action={<PastCall id={id} />}>
          It has ended, or is not one of this platform's.
        </Empty>
      </div>
    );
  return (
    <section aria-label="The chosen call" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-6 py-3">
        <Link to="/live" aria-label="Back to all calls" title="Back to all calls" className="rounded-md p-1 text-muted hover:bg-sunken hover:text-ink">
          <ArrowLeft className="size-4" aria-hidden />
        </Link>
        <div className="min-w-40 flex-1">
          <h2 className="tabular truncate font-semibold">{row ? callerName(row) : "This call"}</h2>
          <p className="truncate text-[13px] text-muted">
            {row?.flow} {conversation.step && <code className="font-mono text-[12px]">{conversation.step}</code>}
          </p>
        </div>
        {row && <State row={row} />}
        {row && <Lasted row={row} />}
      </header>
      {up && <Controls row={row} line={line} lineState={lineState} interpreter={followed.interpreter} />}
      {!up && listKnown && (
        <div role="status" className="flex flex-wrap items-center gap-3 border-b border-line bg-sunken px-6 py-2.5">
          <p className="flex-1">
            This call has ended{followed.outcome && <>: {followed.outcome.replaceAll("_", " ")}</>}.
          </p>
          <PastCall id={id} />
        </div>
      )}
      <div className="flex min-h-0 flex-1 flex-col xl:flex-row">
        <Captions utterances={conversation.utterances} up={up} names={NAMES}>
          <p className="py-16 text-center text-muted">No words yet.</p>
        </Captions>
        <aside
          aria-label="In the background"
          className="flex max-h-40 shrink-0 flex-col gap-5 overflow-y-auto border-t border-line bg-surface px-6 py-3 xl:max-h-none xl:w-64 xl:border-t-0 xl:border-l xl:px-4 xl:py-4"
        >
          <section>
            <h3 className="mb-2 text-xs font-medium text-faint">In the background</h3>
            <Tasks tasks={conversation.tasks} />
          </section>
          {followed.keys && (
            <section>
              <h3 className="mb-2 text-xs font-medium text-faint">Keys pressed</h3>
              <p className="tabular tracking-widest break-all">{followed.keys}</p>
            </section>
          )}
          <Charts charts={conversation.charts} />
        </aside>
      </div>
      <Whispers callId={id} up={up} heldBy={row?.held_by ?? null} whispers={followed.whispers} />
    </section>
  );
}

function PastCall({ id }: { id: string }) {
  return (
    <Link to="/calls/$callId" params={{ callId: id }} className="text-accent-ink underline">
      Look at its recording
    </Link>
  );
}
