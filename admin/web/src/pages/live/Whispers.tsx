/** Words for the agent to say in its own turn, and what came of each. */
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleSlash, LoaderCircle, Scissors, SendHorizontal, Volume2 } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import type { Whispered } from "./followed";

const MOST_CHARACTERS = 300;
const SHOWN = 3;
const LOOKS: Record<Whispered["status"], { icon: typeof Volume2; word: string }> = {
  offered: { icon: LoaderCircle, word: "waits for the agent's turn" },
  voicing: { icon: Volume2, word: "is being said" },
  heard: { icon: CircleCheck, word: "was heard" },
  cut_off: { icon: Scissors, word: "was cut off" },
  unsaid: { icon: CircleSlash, word: "was not said" },
};

interface Props {
  callId: string;
  up: boolean;
  heldBy: string | null;
  whispers: readonly Whispered[];
}

export function Whispers({ callId, up, heldBy, whispers }: Props) {
  const manages = useMay("manager");
  const [text, setText] = useState("");
  const whisper = useMutation({
    mutationFn: (words: string) =>
      taken(api.POST("/live/calls/{call_id}/whisper", { params: { path: { call_id: callId } }, body: { text: words } })),
    onSuccess: () => setText(""),
  });
  const offers = up && manages && !heldBy;
  if (!offers && whispers.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 border-t border-line bg-surface px-6 py-3">
      {whispers.length > 0 && (
        <ul aria-label="Whispers" className="flex flex-col gap-1 text-[13px]">
          {whispers.slice(-SHOWN).map((each) => {
            const { icon: Icon, word } = LOOKS[each.status];
            return (
              <li key={each.id} className="flex items-center gap-2">
                <Icon className="size-4 shrink-0 text-agent" aria-hidden />
                <span className="truncate">“{each.text}”</span>
                <span className="shrink-0 text-muted">
                  {word} · {each.by}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {offers && (
        <form
          className="flex items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) whisper.mutate(text.trim());
          }}
        >
          <Field
            label="Whisper to the agent"
            hideLabel
            className="flex-1"
            error={whisper.error?.message}
            hint="The agent says it word for word, when it has the floor."
          >
            <Input
              value={text}
              maxLength={MOST_CHARACTERS}
              placeholder="Whisper to the agent: what it should say next"
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <Button type="submit" busy={whisper.isPending} disabled={!text.trim()}>
            <SendHorizontal className="size-4" aria-hidden /> Whisper
          </Button>
        </form>
      )}
    </div>
  );
}
