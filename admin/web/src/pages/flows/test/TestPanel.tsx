/** Trying the draft by text: a chat with the agent, on the very engine that answers calls. */
import { Link } from "@tanstack/react-router";
import { Grid3x3, PhoneCall, RotateCcw, SendHorizontal, Timer, Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { Input, Select } from "@/ui/Field";
import { languageName } from "@/ui/languages";
import { Empty } from "@/ui/Page";
import { isList } from "../model/content";
import { words } from "../model/graph";
import type { DraftStore } from "../draft/store";
import { useEditing } from "../panel/editing";
import { Known } from "./Known";
import { OutcomeCard } from "./OutcomeCard";
import { TrialLine } from "./TrialLine";
import { findingsIn, useTrial } from "./useTrial";

interface Props {
  name: string;
  store: DraftStore;
  onHere: (step: string) => void;
  onSelect: (step: string) => void;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function TestPanel({ name, store, onHere, onSelect }: Props) {
  const { content } = useEditing();
  const trial = useTrial(store, store.text());
  const { told, busy, error } = trial;
  const [typed, setTyped] = useState("");
  const [keying, setKeying] = useState(false);
  const [language, setLanguage] = useState("");
  const end = useRef<HTMLDivElement>(null);
  const tags = isList(content["languages"]) ? content["languages"].map(String) : [];
  const step = told?.step ?? "";
  const over = told?.waiting_for.what === "nothing";
  useEffect(() => {
    onHere(step);
  }, [step, onHere]);
  useEffect(() => {
    return () => onHere("");
  }, [onHere]);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [told]);
  const begin = () => trial.begin(language || undefined);

  if (told === null && !busy && error === null) {
    return (
      <Empty
        icon={PhoneCall}
        title="Try the draft by text"
        action={
          <div className="flex flex-col items-center gap-3">
            {tags.length > 1 && (
              <Select aria-label="The call begins in" className="w-44" value={language} onChange={(event) => setLanguage(event.target.value)}>
                <option value="">Its first language</option>
                {tags.map((tag) => (
                  <option key={tag} value={tag}>
                    {languageName(tag)}
                  </option>
                ))}
              </Select>
            )}
            <Button variant="primary" onClick={begin}>
              Begin a call
            </Button>
            <CallIt name={name} />
          </div>
        }
      >
        You are the caller. Tools that only read are really asked; what would change something, you decide.
      </Empty>
    );
  }
  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center gap-1 border-b border-line px-3 py-1.5">
        <span className="min-w-0 flex-1 truncate text-xs text-muted">
          {step ? (
            <>
              at{" "}
              <button type="button" className="font-medium text-ink hover:underline" onClick={() => onSelect(step)}>
                {words(step)}
              </button>
            </>
          ) : (
            "…"
          )}
        </span>
        <IconButton label="Take the last thing back" disabled={busy || !told || told.events.length === 0} onClick={trial.back}>
          <Undo2 className="size-4" aria-hidden />
        </IconButton>
        <IconButton label="Begin anew" disabled={busy} onClick={begin}>
          <RotateCcw className="size-4" aria-hidden />
        </IconButton>
        <CallIt name={name} />
      </div>
      {trial.stale && (
        <div className="flex items-center gap-2 border-b border-line bg-accent-soft px-3 py-1.5 text-xs">
          <span className="flex-1">The draft has changed.</span>
          <button type="button" className="font-medium text-accent-ink hover:underline" onClick={trial.again}>
            Walk it again
          </button>
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto px-3 py-3" role="log" aria-label="The call" tabIndex={0}>
        <ol className="flex flex-col gap-2.5">
          {told?.lines.map((line, index) => (
            <TrialLine key={index} line={line} onSelect={onSelect} />
          ))}
        </ol>
        {error && (
          <div role="alert" className="mt-3 rounded-lg border border-line bg-bad-soft px-3 py-2.5 text-[13px]">
            <p>{error.message}</p>
            <ul className="mt-1 list-disc pl-4">
              {findingsIn(error)
                .slice(0, 5)
                .map((finding) => (
                  <li key={finding.sentence}>
                    {finding.step && <strong className="font-medium">{words(finding.step)}: </strong>}
                    {finding.sentence}
                  </li>
                ))}
            </ul>
            <Button size="small" className="mt-2" onClick={told ? trial.again : begin}>
              Try again
            </Button>
          </div>
        )}
        {told?.waiting_for.tasks?.map((task) => (
          <OutcomeCard key={task.task_id} task={task} busy={busy} onChoose={trial.act} />
        ))}
        <div ref={end} />
      </div>
      {told && <Known told={told} />}
      {over ? (
        <div className="flex items-center justify-between gap-2 border-t border-line px-3 py-3">
          <p className="text-muted">The call is over{told?.outcome ? `: ${words(told.outcome)}` : ""}.</p>
          <Button onClick={begin}>Call again</Button>
        </div>
      ) : (
        <form
          className="border-t border-line p-2.5"
          onSubmit={(event) => {
            event.preventDefault();
            if (!typed.trim() || busy) return;
            trial.act({ kind: "say", text: typed.trim(), confidence: 0.95, interrupts: false });
            setTyped("");
          }}
        >
          {keying && (
            <div className="mx-auto mb-2 grid w-40 grid-cols-3 gap-1">
              {KEYS.map((key) => (
                <Button key={key} size="small" disabled={busy} onClick={() => trial.act({ kind: "keys", keys: key })}>
                  {key}
                </Button>
              ))}
            </div>
          )}
          {told && (told.waiting_for.may_say?.length ?? 0) > 0 && (
            <div className="mb-2 flex flex-wrap gap-1">
              {told.waiting_for.may_say?.slice(0, 4).map((words_) => (
                <button
                  key={words_}
                  type="button"
                  disabled={busy}
                  onClick={() => trial.act({ kind: "say", text: words_, confidence: 0.95, interrupts: false })}
                  className="max-w-full truncate rounded-full border border-line px-2 py-0.5 text-xs text-caller hover:bg-caller-soft"
                >
                  {words_}
                </button>
              ))}
            </div>
          )}
          <div className="flex items-center gap-1">
            <Input aria-label="What the caller says" placeholder="Say something…" value={typed} maxLength={500} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
            <IconButton label="Say it" type="submit" disabled={busy || !typed.trim()}>
              <SendHorizontal className="size-4" aria-hidden />
            </IconButton>
            <IconButton label="Keypad" aria-pressed={keying} onClick={() => setKeying(!keying)}>
              <Grid3x3 className="size-4" aria-hidden />
            </IconButton>
            <IconButton label="Say nothing" disabled={busy} onClick={() => trial.act({ kind: "silence", ms: null })}>
              <Timer className="size-4" aria-hidden />
            </IconButton>
          </div>
        </form>
      )}
    </div>
  );
}

function CallIt({ name }: { name: string }) {
  return (
    <Link
      to="/phone"
      search={{ flow: name, which: "draft" }}
      className="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2 text-[13px] font-medium text-accent-ink hover:bg-accent-soft"
    >
      <PhoneCall className="size-3.5" aria-hidden /> Call it
    </Link>
  );
}
