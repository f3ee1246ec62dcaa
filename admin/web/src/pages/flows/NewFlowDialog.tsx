/** Beginning a flow: from nothing, from one that comes with Tandem, from a file, or from another flow. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FileUp, Plus, Workflow } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Field, Input } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { LoadingRows } from "@/ui/Page";
import { asName, freeName, isBranch, put } from "./model/content";
import { blankFlow } from "./model/blank";
import { read, written } from "./model/yaml";
import { draftQuery, flowsQuery, shippedQuery } from "./queries";

const MOST_BYTES = 1_000_000;
type Origin = { kind: "blank" } | { kind: "shipped"; name: string; title: string } | { kind: "text"; file: string; yaml: string };

export function NewFlowDialog({ from, onClose }: { from?: string; onClose: () => void }) {
  const shipped = useQuery(shippedQuery);
  const flows = useQuery(flowsQuery);
  const copied = useQuery({ ...draftQuery(from ?? ""), enabled: from !== undefined });
  const navigate = useNavigate();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Origin>({ kind: "blank" });
  const [title, setTitle] = useState("");
  const [fileError, setFileError] = useState("");
  const origin: Origin = from === undefined ? chosen : { kind: "text", file: from, yaml: copied.data?.data.yaml ?? "" };
  const taken_ = Object.fromEntries((flows.data ?? []).map((flow) => [flow.name, true]));
  const suggested = origin.kind === "shipped" ? origin.name : origin.kind === "text" ? nameIn(origin.yaml) || asName(origin.file.replace(/\.\w+$/, "")) : "";
  const name = title.trim() ? asName(title) : freeName(suggested || "new_flow", taken_);
  const clash = Object.hasOwn(taken_, name);

  const create = useMutation({
    mutationFn: async () => {
      if (origin.kind === "shipped") return taken(api.POST("/flows", { body: { name, shipped: origin.name } }));
      if (origin.kind === "blank") return taken(api.POST("/flows", { body: { name, yaml: blankFlow(name, title.trim() || "New flow") } }));
      return taken(
        api.POST("/flows/import", {
          params: { query: { name } },
          headers: { "Content-Type": "application/yaml" },
          body: renamedText(origin.yaml, name, title.trim()),
          bodySerializer: (yaml: string) => yaml,
        }),
      );
    },
    onSuccess: async (flow) => {
      await client.invalidateQueries({ queryKey: ["flows", "list"] });
      if ((flow.read_through?.length ?? 0) === 0) await open(flow.name);
    },
  });
  const open = async (flow: string) => {
    onClose();
    await navigate({ to: "/flows/$name", params: { name: flow } });
  };

  const takeFile = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      setFileError(`${file.name} has ${(file.size / 1_000_000).toFixed(1)} MB; a flow has at most one. Is it the right file?`);
      return;
    }
    setFileError("");
    setChosen({ kind: "text", file: file.name, yaml: await file.text() });
  };

  if (create.data?.read_through?.length) {
    return (
      <Modal open onOpenChange={(open) => !open && onClose()} title="It is taken over as a draft" about="Some things could not be said the same way. Read these through before you publish:" wide>
        <ul className="max-h-72 list-disc overflow-y-auto pl-5 text-[13px]">
          {create.data.read_through.map((line) => (
            <li key={line} className="py-0.5">
              {line}
            </li>
          ))}
        </ul>
        <div className="mt-4 flex justify-end">
          <Button variant="primary" onClick={() => void open(create.data.name)}>
            Open the draft
          </Button>
        </div>
      </Modal>
    );
  }
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={from === undefined ? "New flow" : "Another flow from this one"}
      about="It is a draft until you publish it; no call runs it before."
      wide
    >
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {from === undefined && (
          <fieldset>
            <legend className="mb-2 text-[13px] font-medium">Begin with</legend>
            <div className="grid gap-2 sm:grid-cols-2">
              <OriginCard icon={<Plus className="size-4" aria-hidden />} title="Nothing" about="A greeting, a goodbye, and a way to a person" chosen={origin.kind === "blank"} onChoose={() => setChosen({ kind: "blank" })} />
              <label className={cx("flex cursor-pointer items-start gap-3 rounded-lg border px-3 py-2.5 focus-within:ring-2 focus-within:ring-accent hover:border-line-strong", origin.kind === "text" ? "border-accent bg-accent-soft" : "border-line")}>
                <span className="mt-0.5 text-muted">
                  <FileUp className="size-4" aria-hidden />
                </span>
                <span className="min-w-0">
                  <span className="block truncate font-medium">{origin.kind === "text" ? origin.file : "A file"}</span>
                  <span className="block text-xs text-muted">A flow’s YAML, or a FlowConfig of pipecat</span>
                </span>
                <input type="file" accept=".yaml,.yml,.json,application/yaml,application/json" className="sr-only" onChange={(event) => void takeFile(event.target.files?.[0])} />
              </label>
              {shipped.data?.map((flow) => (
                <OriginCard
                  key={flow.name}
                  icon={<Workflow className="size-4" aria-hidden />}
                  title={flow.title}
                  about={`Comes with Tandem: ${flow.name}`}
                  chosen={origin.kind === "shipped" && origin.name === flow.name}
                  onChoose={() => setChosen({ kind: "shipped", name: flow.name, title: flow.title })}
                />
              ))}
            </div>
            {shipped.isPending && <LoadingRows rows={2} />}
            {fileError && (
              <p role="alert" className="mt-2 text-[13px] text-bad">
                {fileError}
              </p>
            )}
          </fieldset>
        )}
        <Field label="Name" hint={`Numbers and calls name it ${name}.`} error={clash ? `There is a flow '${name}' already.` : create.error?.message}>
          <Input autoFocus={from !== undefined} value={title} maxLength={100} placeholder={origin.kind === "blank" ? "Order status" : suggested.replaceAll("_", " ")} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" busy={create.isPending} disabled={!name || clash || (from !== undefined && !copied.data)}>
            Create
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function OriginCard({ icon, title, about, chosen, onChoose }: { icon: ReactNode; title: string; about: string; chosen: boolean; onChoose: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className={cx("flex items-start gap-3 rounded-lg border px-3 py-2.5 text-left hover:border-line-strong", chosen ? "border-accent bg-accent-soft" : "border-line")}
    >
      <span className="mt-0.5 text-muted">{icon}</span>
      <span className="min-w-0">
        <span className="block truncate font-medium">{title}</span>
        <span className="block truncate text-xs text-muted">{about}</span>
      </span>
    </button>
  );
}

function nameIn(yaml: string): string {
  const name = read(yaml).content?.["name"];
  return typeof name === "string" ? name : "";
}

/** A text under another name; one that is no flow of ours stays as it is, for the platform to take over. */
function renamedText(yaml: string, name: string, title: string): string {
  const { content } = read(yaml);
  if (content === null || !isBranch(content["steps"])) return yaml;
  const named = put(content, ["name"], name);
  return written(yaml, title ? put(named, ["title"], title) : named);
}
