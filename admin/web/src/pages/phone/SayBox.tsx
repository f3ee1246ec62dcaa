/** For those who cannot speak: what is typed is what the caller says. */
import { SendHorizontal } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";

const MOST_CHARACTERS = 500;

interface Props {
  onSay: (text: string) => void;
  problem: string;
  /** Type at once, without a click. */
  autoFocus: boolean;
}

export function SayBox({ onSay, problem, autoFocus }: Props) {
  const [text, setText] = useState("");
  return (
    <form
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const said = text.trim();
        if (!said) return;
        onSay(said);
        setText("");
      }}
    >
      <Field label="Say by typing" hideLabel error={problem || undefined} className="flex-1">
        <Input
          value={text}
          maxLength={MOST_CHARACTERS}
          autoFocus={autoFocus}
          placeholder="Type what you would say, and press Enter"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <IconButton label="Say it" type="submit" variant="plain" disabled={!text.trim()}>
        <SendHorizontal className="size-4" aria-hidden />
      </IconButton>
    </form>
  );
}
