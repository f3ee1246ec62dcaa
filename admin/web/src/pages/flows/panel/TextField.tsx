/** What is said: wordings used in turn, in each of the flow's languages, with blanks to fill in. */
import { Braces, Plus, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useId, useRef, useState } from "react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { languageName } from "@/ui/languages";
import { menuBox, menuItem } from "@/ui/Menu";
import type { Path } from "../model/content";
import { lackingIn } from "../model/drafting";
import { roundsFrom, roundsOf, textFrom, type Wordings, wordingsOf } from "../model/texts";
import { DraftOffer } from "./DraftOffer";
import { blanksAt, FORMATS, useEditing, useField } from "./editing";

interface Props {
  path: Path;
  label: string;
  hint?: ReactNode;
  /** Left out when it is empty. */
  optional?: boolean;
}

/** One text. */
export function TextField({ path, label, hint, optional = false }: Props) {
  const { codes } = useEditing();
  const { value, set, error, readOnly } = useField(path);
  return (
    <TextGroup label={label} hint={hint} error={error}>
      <WordingsBox
        path={path}
        label={label}
        wordings={wordingsOf(value, codes)}
        readOnly={readOnly}
        wrong={error !== undefined}
        onChange={(wordings) => set(textFrom(wordings, codes) ?? (optional ? undefined : ""))}
      />
    </TextGroup>
  );
}

const TIMES = ["First time", "Second time", "Third time", "Fourth time", "Fifth time"];
const MOST_ROUNDS = 5;

/** A series of texts: what is said the first time, the second time, and so on. */
export function RoundsField({ path, label, hint, optional = false }: Props) {
  const { codes } = useEditing();
  const { value, set, error, readOnly } = useField(path);
  const rounds = roundsOf(value, codes);
  const write = (next: Wordings[]) => set(roundsFrom(next, codes) ?? (optional ? undefined : ""));
  return (
    <TextGroup label={label} hint={hint} error={error}>
      {rounds.map((wordings, round) => (
        <div key={round}>
          <div className="mb-1 flex items-center justify-between text-xs text-faint">
            {TIMES[round] ?? `Time ${round + 1}`}
            {!readOnly && (
              <button
                type="button"
                aria-label={`Remove what is said the ${TIMES[round]?.toLowerCase() ?? "last time"}`}
                className="hover:text-bad"
                onClick={() => write(rounds.filter((_, index) => index !== round))}
              >
                Remove
              </button>
            )}
          </div>
          <WordingsBox
            path={path}
            label={`${label}, ${TIMES[round]?.toLowerCase() ?? round + 1}`}
            wordings={wordings}
            readOnly={readOnly}
            wrong={error !== undefined}
            onChange={(changed) => write(rounds.with(round, changed))}
          />
        </div>
      ))}
      {!readOnly && rounds.length < MOST_ROUNDS && (
        <AddLine onClick={() => write([...rounds, Object.fromEntries(codes.map((code) => [code, [""]]))])}>
          {rounds.length === 0 ? "Add what is said" : "Add what is said the next time"}
        </AddLine>
      )}
    </TextGroup>
  );
}

function TextGroup({ label, hint, error, children }: { label: string; hint?: ReactNode; error: string | undefined; children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-[13px] font-medium">{label}</legend>
      {children}
      {(error ?? hint) && (
        <p role={error ? "alert" : undefined} className={cx("text-xs", error ? "text-bad" : "text-faint")}>
          {error ?? hint}
        </p>
      )}
    </fieldset>
  );
}

export function AddLine({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex h-7 items-center gap-1.5 self-start rounded-md px-1.5 text-[12.5px] text-accent-ink hover:bg-accent-soft"
    >
      <Plus className="size-3.5" aria-hidden />
      {children}
    </button>
  );
}

function WordingsBox({ path, label, wordings, readOnly, wrong, onChange }: {
  path: Path;
  label: string;
  wordings: Wordings;
  readOnly: boolean;
  wrong: boolean;
  onChange: (wordings: Wordings) => void;
}) {
  const { codes } = useEditing();
  const [chosen, setChosen] = useState(codes[0] ?? "");
  const code = codes.includes(chosen) ? chosen : (codes[0] ?? "");
  const list = wordings[code] ?? [];
  const shown = list.length === 0 ? [""] : list;
  const write = (next: readonly string[]) => onChange({ ...wordings, [code]: next });
  return (
    <div className={cx("overflow-hidden rounded-md border bg-surface focus-within:border-accent", wrong ? "border-bad" : "border-line-strong")}>
      {codes.length > 1 && (
        <div role="tablist" aria-label={`Languages of: ${label}`} className="flex gap-1 border-b border-line bg-sunken px-1.5 pt-1">
          {codes.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              aria-selected={each === code}
              onClick={() => setChosen(each)}
              className={cx(
                "rounded-t px-2 py-1 text-xs",
                each === code ? "bg-surface font-medium text-ink" : "text-muted hover:text-ink",
              )}
            >
              {languageName(each)}
              {(wordings[each] ?? []).every((words) => words.trim() === "") && <span className="ml-1 text-bad" title="Nothing is written">•</span>}
            </button>
          ))}
        </div>
      )}
      {shown.map((words, index) => (
        <Wording
          key={index}
          path={path}
          label={shown.length > 1 ? `${label}, wording ${index + 1}` : label}
          words={words}
          readOnly={readOnly}
          onChange={(typed) => write(shown.with(index, typed))}
          {...(shown.length > 1 ? { onRemove: () => write(shown.filter((_, place) => place !== index)) } : {})}
        />
      ))}
      {!readOnly && (
        <button
          type="button"
          onClick={() => write([...shown, ""])}
          className="flex w-full items-center gap-1.5 border-t border-line px-2.5 py-1 text-left text-xs text-faint hover:bg-sunken hover:text-ink"
        >
          <Plus className="size-3" aria-hidden /> Another wording, used in turn
        </button>
      )}
      {!readOnly &&
        lackingIn(wordings, codes).map((lacking) => (
          <DraftOffer
            key={lacking.to}
            lacking={lacking}
            label={label}
            onAccept={(drafted) => {
              onChange({ ...wordings, [lacking.to]: drafted });
              setChosen(lacking.to);
            }}
          />
        ))}
    </div>
  );
}

function Wording({ path, label, words, readOnly, onChange, onRemove }: {
  path: Path;
  label: string;
  words: string;
  readOnly: boolean;
  onChange: (words: string) => void;
  onRemove?: () => void;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const insert = (blank: string) => {
    const place = box.current;
    const [from, to] = place ? [place.selectionStart, place.selectionEnd] : [words.length, words.length];
    const open = words.slice(0, from).endsWith("{") ? from - 1 : from;
    onChange(`${words.slice(0, open)}{${blank}}${words.slice(to)}`);
    requestAnimationFrame(() => {
      place?.focus();
      place?.setSelectionRange(open + blank.length + 2, open + blank.length + 2);
    });
  };
  const lines = Math.max(1, Math.ceil(words.length / 44));
  return (
    <div className="flex items-start border-t border-line first:border-t-0">
      <textarea
        id={id}
        ref={box}
        aria-label={label}
        value={words}
        rows={Math.min(lines, 6)}
        readOnly={readOnly}
        placeholder="What is said…"
        onChange={(event) => onChange(event.target.value)}
        className="field-sizing-content min-h-8 min-w-0 flex-1 resize-none bg-transparent px-2.5 py-1.5 text-[13.5px] leading-snug outline-none"
      />
      {!readOnly && (
        <div className="flex shrink-0 pt-0.5 pr-0.5">
          <BlankMenu path={path} onInsert={insert} />
          {onRemove && (
            <IconButton label="Remove this wording" size="small" className="w-7" onClick={onRemove}>
              <Trash2 className="size-3.5" aria-hidden />
            </IconButton>
          )}
        </div>
      )}
    </div>
  );
}

function BlankMenu({ path, onInsert }: { path: Path; onInsert: (blank: string) => void }) {
  const { content } = useEditing();
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton label="Insert a blank" size="small" className="w-7">
          <Braces className="size-3.5" aria-hidden />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" className={cx(menuBox, "max-h-80 w-64 overflow-y-auto")} onCloseAutoFocus={(event) => event.preventDefault()}>
          {blanksAt(content, path).length === 0 && (
            <p className="px-2 py-1.5 text-xs text-muted">Nothing is known yet: add a slot, a look-up or a value.</p>
          )}
          {blanksAt(content, path).map(({ name, what }) => (
            <DropdownMenu.Sub key={name}>
              <DropdownMenu.SubTrigger className={cx(menuItem, "h-auto py-1")} onClick={() => onInsert(name)}>
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-mono text-xs">{name}</span>
                  <span className="block truncate text-xs text-faint">{what}</span>
                </span>
                <span aria-hidden className="text-faint">
                  ›
                </span>
              </DropdownMenu.SubTrigger>
              <DropdownMenu.Portal>
                <DropdownMenu.SubContent className={cx(menuBox, "max-h-80 overflow-y-auto")}>
                  {FORMATS.map(([form, title]) => (
                    <DropdownMenu.Item key={form} className={menuItem} onSelect={() => onInsert(form ? `${name}:${form}` : name)}>
                      {title}
                    </DropdownMenu.Item>
                  ))}
                </DropdownMenu.SubContent>
              </DropdownMenu.Portal>
            </DropdownMenu.Sub>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
