/** A one-use link, shown once, to be handed over. */
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { moment } from "@/ui/time";

export interface LinkToGive {
  url: string;
  until: string;
  name: string;
  /** "join", "choose a new password" */
  why: string;
}

export function LinkDialog({ link, onClose }: { link: LinkToGive | null; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const close = () => {
    setCopied(false);
    onClose();
  };
  if (!link) return null;
  return (
    <Modal
      open
      onOpenChange={close}
      title={`A link for ${link.name}`}
      about={`With it they ${link.why}. It is good once, until ${moment(link.until)}, and is not shown again.`}
    >
      <div className="flex items-end gap-2">
        <Field label="Link" hideLabel className="flex-1">
          <Input readOnly value={link.url} onFocus={(event) => event.target.select()} />
        </Field>
        <Button
          variant="primary"
          onClick={() => {
            void navigator.clipboard.writeText(link.url).then(() => setCopied(true));
          }}
        >
          {copied ? <Check className="size-4" aria-hidden /> : <Copy className="size-4" aria-hidden />}
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
    </Modal>
  );
}
