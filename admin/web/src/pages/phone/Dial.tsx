/** Before a call: which flow, in which version and language, and the button. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard, MicOff, PhoneCall as PhoneIcon, Workflow } from "lucide-react";
import { api, type Schemas, taken } from "@/api/client";
import { GUIDANCE, type MicrophoneTrouble } from "@/audio/microphone";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Field, Select } from "@/ui/Field";
import { languageName } from "@/ui/languages";
import { Empty, Skeleton, Trouble } from "@/ui/Page";
import type { Choice } from "./phoneCall";

export const phoneFlowsQuery = queryOptions({
  queryKey: ["phone", "flows"],
  queryFn: () => taken(api.GET("/phone/flows")),
});

interface Props {
  choice: Partial<Choice>;
  onChoose: (choice: Partial<Choice>) => void;
  onCall: (choice: Choice, speaks: boolean) => void;
  trouble: MicrophoneTrouble | null;
}

/** What is really called for what was asked for: the first flow, and a version there is. */
export function settled(choice: Partial<Choice>, flows: readonly Schemas["PhoneFlow"][]): Choice | null {
  const flow = flows.find((each) => each.name === choice.flow) ?? flows[0];
  if (!flow) return null;
  const published = flow.version !== null;
  const which = (choice.which === "draft" && flow.draft) || !published ? "draft" : "published";
  return { flow: flow.name, which, language: flow.languages.find((each) => each === choice.language) ?? "" };
}

export function Dial({ choice, onChoose, onCall, trouble }: Props) {
  const flows = useQuery(phoneFlowsQuery);
  if (flows.error) return <Trouble error={flows.error} retry={() => void flows.refetch()} />;
  if (flows.isPending)
    return (
      <div role="status" aria-label="Loading" className="mx-auto w-full max-w-md">
        <Skeleton className="h-72 rounded-2xl" />
      </div>
    );
  const chosen = settled(choice, flows.data);
  if (!chosen)
    return (
      <Empty
        icon={Workflow}
        title="There is no flow to call yet"
        action={<Link to="/flows" className="text-accent-ink underline">Go to the flows</Link>}
      >
        Make a flow or take one of the examples; it can be called at once, before it is published.
      </Empty>
    );
  const flow = flows.data.find((each) => each.name === chosen.flow);
  const change = (part: Partial<Choice>) => onChoose({ ...chosen, ...part });
  return (
    <form
      className="mx-auto flex w-full max-w-md flex-col gap-5 rounded-2xl border border-line bg-surface p-6 shadow-sm"
      onSubmit={(event) => {
        event.preventDefault();
        onCall(chosen, true);
      }}
    >
      <Field label="Flow">
        <Select value={chosen.flow} onChange={(event) => change({ flow: event.target.value, language: "" })}>
          {flows.data.map((each) => (
            <option key={each.name} value={each.name}>
              {each.title || each.name}
            </option>
          ))}
        </Select>
      </Field>
      {flow && <Versions flow={flow} which={chosen.which} onChoose={(which) => change({ which })} />}
      {flow && flow.languages.length > 1 && (
        <Field label="Language">
          <Select value={chosen.language || flow.languages[0]} onChange={(event) => change({ language: event.target.value })}>
            {flow.languages.map((tag) => (
              <option key={tag} value={tag}>
                {languageName(tag)}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {trouble && <NoMicrophoneNote trouble={trouble} />}
      <div className="flex flex-col items-stretch gap-2">
        <Button type="submit" variant="primary" className="h-11 text-[15px]">
          <PhoneIcon className="size-4.5" aria-hidden /> {trouble ? "Try the microphone again" : "Call"}
        </Button>
        <Button variant={trouble ? "plain" : "quiet"} onClick={() => onCall(chosen, false)} className={cx(trouble && "h-11")}>
          <Keyboard className="size-4" aria-hidden /> Call without a microphone and type
        </Button>
      </div>
      <p className="text-center text-xs text-faint">Best with headphones. Calls are recorded like calls from a telephone.</p>
    </form>
  );
}

interface VersionsProps {
  flow: Schemas["PhoneFlow"];
  which: Choice["which"];
  onChoose: (which: Choice["which"]) => void;
}

function Versions({ flow, which, onChoose }: VersionsProps) {
  const options = [
    { value: "published" as const, name: "Published", about: flow.version === null ? "none yet" : `version ${flow.version}`, may: flow.version !== null },
    { value: "draft" as const, name: "Draft", about: flow.draft ? "as last saved" : "not yours to call", may: flow.draft },
  ];
  return (
    <fieldset>
      <legend className="mb-1.5 text-[13px] font-medium">Version</legend>
      <div className="grid grid-cols-2 gap-2">
        {options.map(({ value, name, about, may }) => (
          <label
            key={value}
            className={cx(
              "flex items-center gap-2.5 rounded-lg border px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
              which === value ? "border-accent bg-accent-soft" : "border-line hover:border-line-strong",
              may ? "cursor-pointer" : "cursor-not-allowed opacity-55",
            )}
          >
            <input
              type="radio"
              name="which"
              value={value}
              checked={which === value}
              disabled={!may}
              onChange={() => onChoose(value)}
              className="accent-accent"
            />
            <span>
              <span className="block text-[13.5px] font-medium">{name}</span>
              <span className="block text-xs text-muted">{about}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function NoMicrophoneNote({ trouble }: { trouble: MicrophoneTrouble }) {
  const { title, what } = GUIDANCE[trouble];
  return (
    <div role="alert" className="flex gap-3 rounded-lg bg-warn-soft px-3.5 py-3">
      <MicOff className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <div className="text-[13px]">
        <p className="font-medium">{title}</p>
        <p className="text-muted">{what}</p>
      </div>
    </div>
  );
}
