/** A new way out of a step: by which meaning, which value, which failure it leads on. */
import { useState } from "react";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { asName, branchAt, type Content, kindOf, type Path, put, stepsOf } from "../model/content";
import { words } from "../model/graph";
import { meaningNames } from "../panel/editing";
import { LinesBox } from "../panel/MeaningFields";

const FAILURES = ["not_found", "unavailable", "timeout", "invalid", "refused", "unsupported", "limit", "unknown", "internal", "cancelled", "otherwise"];

interface Growth {
  path: Path;
  title: string;
  label: string;
  hint: string;
  known: string[];
  /** New ones are meanings, with phrases. */
  meaning: boolean;
}

export function growthOf(content: Content, node: string): Growth | null {
  const taken = (path: Path, known: string[]) => known.filter((name) => !Object.hasOwn(branchAt(content, path), name));
  if (node === "@global") {
    const path = ["global_steps"];
    return { path, title: "At any point, when the caller means…", label: "Meaning", hint: "For example: agent please", known: taken(path, Object.keys(branchAt(content, ["meanings"]))), meaning: true };
  }
  switch (kindOf(stepsOf(content)[node])) {
    case "ask": {
      const path = ["steps", node, "answers"];
      return { path, title: "When the caller means…", label: "Meaning", hint: "For example: yes, or: track my order", known: taken(path, meaningNames(content)), meaning: true };
    }
    case "decide": {
      const path = ["steps", node, "cases"];
      return { path, title: "When it is…", label: "Value", hint: "For example: shipped; “nothing” when it is not known", known: taken(path, ["nothing"]), meaning: false };
    }
    case "look_up":
    case "agent": {
      const path = ["steps", node, "failed"];
      return { path, title: "When it fails because…", label: "Reason", hint: "“otherwise” stands for all others", known: taken(path, FAILURES), meaning: false };
    }
    default:
      return null;
  }
}

export function GrowDialog({ content, node, target, onGrow, onClose }: {
  content: Content;
  node: string;
  target: string;
  onGrow: (make: (content: Content) => Content) => void;
  onClose: () => void;
}) {
  const growth = growthOf(content, node);
  const [typed, setTyped] = useState("");
  const [phrases, setPhrases] = useState<string[]>([]);
  if (growth === null) return null;
  const name = growth.meaning ? asName(typed) : typed.trim();
  const isNew = growth.meaning && name !== "" && !meaningNames(content).includes(name);
  const taken = Object.hasOwn(branchAt(content, growth.path), name);
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={growth.title} about={`Then the call goes to ${words(target)}.`}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onGrow((before) => {
            const said = isNew ? put(before, ["meanings", name], { phrases: phrases.length > 0 ? phrases : [typed.trim().toLowerCase()] }) : before;
            return put(said, [...growth.path, name], target);
          });
        }}
      >
        <Field label={growth.label} hint={growth.hint} error={taken ? `'${name}' leads somewhere already.` : undefined}>
          <Input autoFocus value={typed} list="growth-known" onChange={(event) => setTyped(event.target.value)} />
        </Field>
        <datalist id="growth-known">
          {growth.known.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        {isNew && <LinesBox label="Callers say" hint="One phrase on each line, in small letters." lines={phrases} readOnly={false} onChange={setPhrases} />}
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!name || taken}>
            Connect
          </Button>
        </div>
      </form>
    </Modal>
  );
}
