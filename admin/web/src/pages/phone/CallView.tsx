/** A call: captions, what is done in the background, keypad; afterwards what became of it. */
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleX, LoaderCircle, PhoneCall as PhoneIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useMay } from "@/app/session";
import { Captions } from "@/conversation/Captions";
import { Charts, Tasks } from "@/conversation/Tasks";
import { Button } from "@/ui/Button";
import { languageName } from "@/ui/languages";
import { span } from "@/ui/time";
import { CallBar } from "./CallBar";
import { Keypad } from "./Keypad";
import type { PhoneCall } from "./phoneCall";
import { type Ended, type PhoneState, titleOf } from "./phoneState";

interface Props {
  call: PhoneCall;
  state: PhoneState;
  onAgain: () => void;
}

const NAMES = { caller: "You", agent: "Agent", person: "Other person" };

export function CallView({ call, state, onAgain }: Props) {
  const { conversation, phase, ended } = state;
  const up = phase === "talking";
  return (
    <div className="flex min-h-0 flex-1 flex-col md:flex-row">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Captions utterances={conversation.utterances} names={NAMES} up={up} {...(up ? { clock: call.nowMs } : {})}>
          {phase !== "over" && <Waiting connecting={phase === "connecting"} />}
        </Captions>
        {up && <CallBar call={call} state={state} />}
        {phase === "connecting" && (
          <div className="border-t border-line bg-surface px-6 py-3 text-center">
            <Button onClick={() => void call.hangUp()}>Cancel</Button>
          </div>
        )}
        {ended && <Over ended={ended} callId={state.callId} onAgain={onAgain} />}
      </div>
      <aside
        aria-label="About this call"
        className="flex max-h-[45%] shrink-0 flex-col gap-6 overflow-y-auto border-t border-line bg-surface px-5 py-5 md:max-h-none md:w-72 md:border-t-0 md:border-l lg:w-80"
      >
        <Part title="Step">
          <p className="text-[13.5px]">
            {conversation.step ? <code className="font-mono text-[13px]">{conversation.step}</code> : <span className="text-faint">Not begun</span>}
            {conversation.language && <span className="text-muted"> · {languageName(conversation.language)}</span>}
          </p>
        </Part>
        <Part title="In the background">
          <Tasks tasks={conversation.tasks} />
        </Part>
        {conversation.charts.length > 0 && (
          <Part title="Charts">
            <div className="flex flex-col gap-3">
              <Charts charts={conversation.charts} />
            </div>
          </Part>
        )}
        {up && (
          <Part title="Keypad">
            <Keypad onKey={(key) => call.digit(key)} />
          </Part>
        )}
      </aside>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-2 text-xs font-medium text-faint">{title}</h2>
      {children}
    </section>
  );
}

function Waiting({ connecting }: { connecting: boolean }) {
  return (
    <p role="status" className="flex items-center justify-center gap-2 py-16 text-muted">
      <LoaderCircle className="size-4 animate-spin" aria-hidden />
      {connecting ? "Calling…" : "Connected. The agent is about to answer."}
    </p>
  );
}

const WELL_ENDED = ["completed", "transferred", "caller_hung_up", "ended_by_manager"];

function Over({ ended, callId, onAgain }: { ended: Ended; callId: string; onAgain: () => void }) {
  const looks = useMay("viewer"); // one may call without an account, but not see what others did
  const well = WELL_ENDED.includes(ended.outcome);
  const Icon = well ? CircleCheck : CircleX;
  return (
    <div role="status" className="border-t border-line bg-surface px-6 py-4">
      <div className="mx-auto flex max-w-3xl flex-wrap items-center gap-x-4 gap-y-3">
        <Icon className={well ? "size-5 text-good" : "size-5 text-bad"} aria-hidden />
        <div className="min-w-48 flex-1">
          <h2 className="font-semibold">{titleOf(ended.outcome)}</h2>
          <p className="text-[13px] text-muted">
            {ended.why} {ended.lastedMs > 0 && <>It lasted {span(ended.lastedMs)}.</>}
          </p>
        </div>
        {looks && callId && (
          <Link
            to="/calls/$callId"
            params={{ callId }}
            className="inline-flex h-8 items-center rounded-md border border-line px-3 text-[13.5px] font-medium hover:border-line-strong hover:bg-sunken"
          >
            Look at this call
          </Link>
        )}
        <Button variant="primary" onClick={onAgain} autoFocus>
          <PhoneIcon className="size-4" aria-hidden /> New call
        </Button>
      </div>
    </div>
  );
}
