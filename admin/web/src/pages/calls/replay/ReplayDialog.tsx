/** Replaying a call: which flow, how; its progress; and what came of it. Earlier replays are kept. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Field, Select } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { LoadingRows, Trouble } from "@/ui/Page";
import { ago } from "@/ui/time";
import type { CallDetails } from "../callQueries";
import { flowText } from "../filters";
import { type ReplayDetails, replayQuery, replaysQuery, type ReplaySummary, underWay } from "./replayQueries";
import { ReplayResult } from "./ReplayResult";

interface Props {
  call: CallDetails;
  /** The replay that is looked at; empty: none yet. */
  replay: string;
  onReplay: (replay: string | null) => void;
}

export function ReplayDialog({ call, replay, onReplay }: Props) {
  return (
    <Modal
      open
      wide
      onOpenChange={(open) => {
        if (!open) onReplay(null);
      }}
      title="Replay this call"
      about="The caller's side, as it was recorded, is played to another flow. Nothing is changed anywhere: tools that only read are asked, all others are not run."
    >
      {replay ? <One key={replay} replayId={replay} onBack={() => onReplay("")} /> : <Ask call={call} onReplay={onReplay} />}
    </Modal>
  );
}

type Which = "draft" | "published" | number;

function Ask({ call, onReplay }: Omit<Props, "replay">) {
  const client = useQueryClient();
  const manages = useMay("manager");
  const flows = useQuery({
    queryKey: ["flows", "filter"],
    queryFn: () => taken(api.GET("/flows", { params: { query: { limit: 200 } } })),
  });
  const own = call.flow.split("@")[0] ?? "";
  const names = flows.data?.rows.map((flow) => flow.name) ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const name = chosen ?? (names.includes(own) ? own : names[0]);
  const [which, setWhich] = useState<Which>("draft");
  const [by, setBy] = useState<"audio" | "words">("audio");
  const versions = useQuery({
    queryKey: ["flow", name, "versions", "replay"],
    enabled: Boolean(name),
    queryFn: () => taken(api.GET("/flows/{name}/versions", { params: { path: { name: name ?? "" }, query: { limit: 50 } } })),
  });
  const ask = useMutation({
    mutationFn: () =>
      taken(
        api.POST("/calls/{call_id}/replays", {
          params: { path: { call_id: call.id } },
          body: { flow: { name: name ?? "", which }, by },
        }),
      ),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: replaysQuery(call.id).queryKey });
      onReplay(id);
    },
  });
  return (
    <div className="flex flex-col gap-5">
      {manages && flows.data && names.length === 0 && (
        <p className="text-muted">There is no flow to replay it to yet. Make one under Flows, then come back.</p>
      )}
      {manages && names.length > 0 && (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate();
          }}
        >
          <div className="grid gap-4 sm:grid-cols-3">
            <Field label="Flow">
              <Select
                value={name}
                onChange={(event) => {
                  setChosen(event.target.value);
                  setWhich("draft");
                }}
              >
                {names.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </Select>
            </Field>
            <Field label="Which of it">
              <Select
                value={String(which)}
                onChange={(event) => setWhich(Number(event.target.value) || (event.target.value as Which))}
              >
                <option value="draft">The draft</option>
                {versions.data?.rows.map(({ number }) => (
                  <option key={number} value={number}>
                    Version {number}
                  </option>
                ))}
              </Select>
            </Field>
            <Field label="What is played" hint={by === "audio" ? "As long as the call, or less" : "A second; no latencies"}>
              <Select value={by} onChange={(event) => setBy(event.target.value as typeof by)}>
                <option value="audio">The caller's voice</option>
                <option value="words">Words, as understood then</option>
              </Select>
            </Field>
          </div>
          {ask.error && <Trouble error={ask.error} />}
          <div className="flex justify-end">
            <Button type="submit" variant="primary" busy={ask.isPending}>
              Replay
            </Button>
          </div>
        </form>
      )}
      <Earlier callId={call.id} onReplay={onReplay} />
    </div>
  );
}

const STATUS: Readonly<Record<ReplaySummary["status"], readonly [string, Tone]>> = {
  waiting: ["Waiting its turn", "plain"],
  running: ["Under way", "accent"],
  done: ["Done", "good"],
  failed: ["Failed", "bad"],
  cancelled: ["Broken off", "plain"],
};

function Earlier({ callId, onReplay }: { callId: string; onReplay: Props["onReplay"] }) {
  const replays = useQuery(replaysQuery(callId));
  if (replays.error) return <Trouble error={replays.error} retry={() => void replays.refetch()} />;
  if (!replays.data?.length) return null;
  return (
    <section>
      <h3 className="mb-1 text-[13px] font-semibold">Earlier replays of this call</h3>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {replays.data.map((replay) => {
          const [name, tone] = STATUS[replay.status];
          return (
            <li key={replay.id}>
              <button
                type="button"
                onClick={() => onReplay(replay.id)}
                className="flex w-full items-center gap-3 px-3 py-2 text-left text-[13px] hover:bg-sunken"
              >
                <span className="min-w-0 flex-1 truncate font-medium">{flowText(replay.flow)}</span>
                <span className="text-muted">
                  {replay.by === "audio" ? "voice" : "words"} · {replay.asked_by} · {ago(replay.asked_at)}
                </span>
                <Badge tone={tone}>{name}</Badge>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function One({ replayId, onBack }: { replayId: string; onBack: () => void }) {
  const replay = useQuery(replayQuery(replayId));
  return (
    <div className="flex flex-col gap-4">
      <Button variant="quiet" size="small" className="-ml-2 self-start" onClick={onBack}>
        <ArrowLeft className="size-4" aria-hidden /> Replay to another flow
      </Button>
      {replay.error ? (
        <Trouble error={replay.error} retry={() => void replay.refetch()} />
      ) : !replay.data ? (
        <LoadingRows rows={4} />
      ) : underWay(replay.data.status) ? (
        <Progress replay={replay.data} />
      ) : replay.data.result ? (
        <ReplayResult replay={replay.data} comparison={replay.data.result} />
      ) : (
        <Trouble error={new Error(replay.data.why ?? (replay.data.status === "cancelled" ? "It was broken off." : "It failed."))} />
      )}
    </div>
  );
}

function Progress({ replay }: { replay: ReplayDetails }) {
  const client = useQueryClient();
  const manages = useMay("manager");
  const cancel = useMutation({
    mutationFn: () => taken(api.DELETE("/replays/{replay_id}", { params: { path: { replay_id: replay.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: replayQuery(replay.id).queryKey }),
  });
  const percent = Math.round(replay.progress * 100);
  return (
    <div className="flex flex-col gap-3 py-4">
      <div className="flex items-center justify-between gap-4">
        <p role="status">
          {replay.status === "waiting" ? "Waiting its turn…" : `Playing it to ${flowText(replay.flow)}…`}{" "}
          <span className="tabular text-muted">{percent} %</span>
        </p>
        {manages && (
          <Button size="small" onClick={() => cancel.mutate()} busy={cancel.isPending}>
            Break off
          </Button>
        )}
      </div>
      <div role="progressbar" aria-label="Replayed" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} className="h-2 rounded-full bg-sunken">
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${percent}%` }} />
      </div>
      {cancel.error && <Trouble error={cancel.error} />}
    </div>
  );
}
