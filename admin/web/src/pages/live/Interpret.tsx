/** To take a call over in a language that the caller does not speak: which, and whether anybody translates here. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Languages } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Select } from "@/ui/Field";
import { languageName, languageOf } from "@/ui/languages";
import { Modal } from "@/ui/Modal";
import { Skeleton, Trouble } from "@/ui/Page";
import { lastSpoken, rememberSpoken, suggested } from "./spoken";

const translatorQuery = queryOptions({
  queryKey: ["translator"],
  queryFn: () => taken(api.GET("/translations")),
});

interface Props {
  /** What the caller speaks, a BCP 47 tag. */
  callers: string;
  onChosen: (language: string) => void;
}

export function Interpret({ callers, onChosen }: Props) {
  const [asking, setAsking] = useState(false);
  const theirs = languageName(languageOf(callers));
  return (
    <>
      <Button aria-haspopup="dialog" onClick={() => setAsking(true)}>
        <Languages className="size-4" aria-hidden /> Interpret
      </Button>
      <Modal
        open={asking}
        onOpenChange={setAsking}
        title="Take over through an interpreter"
        about={`The caller speaks ${theirs}. Each of you hears the other translated, with the other's own voice under it.`}
      >
        <Choice
          callers={callers}
          onChosen={(language) => {
            setAsking(false);
            rememberSpoken(language);
            onChosen(language);
          }}
        />
      </Modal>
    </>
  );
}

function Choice({ callers, onChosen }: Props) {
  const translator = useQuery(translatorQuery);
  const [chosen, setChosen] = useState("");
  if (translator.error) return <Trouble error={translator.error} retry={() => void translator.refetch()} />;
  if (translator.isPending)
    return (
      <div role="status" aria-label="Loading">
        <Skeleton className="h-24" />
      </div>
    );
  const { name, says, remedy, spoken } = translator.data;
  const language = chosen || (suggested(spoken, callers, lastSpoken()) ?? "");
  const same = languageOf(language) === languageOf(callers);
  if (!name)
    return (
      <div role="alert" className="flex flex-col gap-2 rounded-lg bg-warn-soft px-3.5 py-3 text-[13px]">
        <p className="font-medium">{sentence(says)}</p>
        <p>To have one, run on the server, then start Tandem again:</p>
        <code className="rounded bg-surface px-2 py-1.5 font-mono text-[12px] break-words">{remedy}</code>
      </div>
    );
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!same) onChosen(language);
      }}
    >
      <Field label="You speak" hint={says} error={same ? "The caller speaks it too. Take over without an interpreter." : undefined}>
        <Select value={language} onChange={(event) => setChosen(event.target.value)}>
          {spoken.map((tag) => (
            <option key={tag} value={tag}>
              {languageName(tag)}
            </option>
          ))}
        </Select>
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" disabled={same} autoFocus>
          <Languages className="size-4" aria-hidden /> Begin
        </Button>
      </div>
    </form>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}
