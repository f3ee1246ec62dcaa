/** A description in YAML: the text, what is wrong with it, and what somebody else has saved meanwhile. */
import type { ReactNode } from "react";
import { Refusal } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, TextArea } from "@/ui/Field";

interface Props {
  label: string;
  text: string;
  onText: (text: string) => void;
  error: Error | null;
  busy: boolean;
  readOnly: boolean;
  onSave: () => void;
  /** Go on from what somebody else has saved. */
  onTheirs: (text: string, etag: string) => void;
  children?: ReactNode;
}

export function DescriptionEditor({ label, text, onText, error, busy, readOnly, onSave, onTheirs, children }: Props) {
  const conflict = error instanceof Refusal && error.kind === "file-conflict" ? error : null;
  const theirs = conflict ? String(conflict.body["current"] ?? "") : "";
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      {children}
      <Field label={label} hideLabel error={conflict ? undefined : error?.message}>
        <TextArea
          spellCheck={false}
          rows={18}
          readOnly={readOnly}
          value={text}
          onChange={(event) => onText(event.target.value)}
          className="font-mono text-[12.5px]"
        />
      </Field>
      {conflict && (
        <div role="alert" className="rounded-md bg-warn-soft p-3">
          <p>{conflict.message}</p>
          <pre tabIndex={0} className="mt-2 max-h-48 overflow-auto font-mono text-[12.5px]">
            {theirs || "(it was removed)"}
          </pre>
          <Button size="small" className="mt-2" onClick={() => onTheirs(theirs, String(conflict.body["etag"] ?? ""))}>
            Take theirs
          </Button>
        </div>
      )}
      {!readOnly && (
        <div className="flex justify-end">
          <Button type="submit" variant="primary" busy={busy}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}
